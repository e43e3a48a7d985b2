-- A controller that let us keep data of persons from use may let them be used again.

ALTER TABLE avow.instruction DROP CONSTRAINT instruction_what_check;
ALTER TABLE avow.instruction ADD CONSTRAINT instruction_what_check
    CHECK (what IN ('erase', 'extract', 'correct', 'restrict', 'lift', 'return', 'delete-all'));

ALTER TABLE avow.cell_change ADD COLUMN back_rows integer;
COMMENT ON COLUMN avow.cell_change.back_rows IS 'How many rows are as they were again; null: it is not put back, or was before this was counted.';
