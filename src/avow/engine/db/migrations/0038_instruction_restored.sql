-- A backup brought back what a controller had let us remove: its instruction is carried out again.

ALTER TABLE avow.instruction ADD COLUMN restored_at timestamptz;
ALTER TABLE avow.instruction ADD COLUMN restored_by text;
ALTER TABLE avow.instruction ADD CHECK ((restored_at IS NULL) = (restored_by IS NULL));
COMMENT ON COLUMN avow.instruction.restored_at IS 'When somebody said last that a backup brought back what it had removed; null: never.';
COMMENT ON COLUMN avow.instruction.restored_by IS 'Id of the declared person who said so.';
