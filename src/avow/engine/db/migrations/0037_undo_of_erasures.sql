-- Undo bundles of erasures on request: for hours and not days, one per plan and request, in this
-- database and not in a file.

ALTER TABLE avow.undo_bundle ADD COLUMN case_id text;
ALTER TABLE avow.undo_bundle ADD COLUMN ends_at timestamptz;
ALTER TABLE avow.undo_bundle ADD COLUMN shared bigint NOT NULL DEFAULT 0 CHECK (shared >= 0);
ALTER TABLE avow.undo_bundle ALTER COLUMN dataset DROP NOT NULL;
ALTER TABLE avow.undo_bundle ALTER COLUMN path DROP NOT NULL;
ALTER TABLE avow.undo_bundle ALTER COLUMN digest DROP NOT NULL;
ALTER TABLE avow.undo_bundle ADD CONSTRAINT undo_bundle_of CHECK (
    (case_id IS NULL AND ends_at IS NULL AND dataset IS NOT NULL AND path IS NOT NULL
     AND digest IS NOT NULL)
    OR (case_id IS NOT NULL AND ends_at IS NOT NULL AND dataset IS NULL AND path IS NULL
        AND digest IS NULL));
CREATE UNIQUE INDEX undo_bundle_case ON avow.undo_bundle (plan, case_id) WHERE case_id IS NOT NULL;
COMMENT ON TABLE avow.undo_bundle IS 'No personal data here; the file it names, or its frames, hold rows, encrypted. Rows taken out of a system that can be brought back until they are destroyed.';
COMMENT ON COLUMN avow.undo_bundle.case_id IS 'For whose sake an erasure took the rows out: a request, or an item of one; null in a sweep.';
COMMENT ON COLUMN avow.undo_bundle.ends_at IS 'When the hours of taking an erasure back are over; null in a sweep, which has a day.';
COMMENT ON COLUMN avow.undo_bundle.shared IS 'Rows that went and lie nowhere, because another person who was erased with them also owned them.';
COMMENT ON COLUMN avow.undo_bundle.dataset IS 'The dataset they came from; null where it is the frames that say it.';
COMMENT ON COLUMN avow.undo_bundle.path IS 'The file, relative to the state directory; null where the rows lie in frames.';
COMMENT ON COLUMN avow.undo_bundle.digest IS 'SHA-256 of the encrypted file; null where there is none.';

CREATE TABLE avow.undo_frame (
    bundle text    NOT NULL REFERENCES avow.undo_bundle ON DELETE CASCADE,
    number integer NOT NULL CHECK (number >= 0),
    chunk  integer NOT NULL,
    rows   bigint  NOT NULL CHECK (rows > 0),
    sealed bytea   NOT NULL,
    PRIMARY KEY (bundle, number)
);
COMMENT ON TABLE avow.undo_frame IS 'Personal data, encrypted under the key of the bundle: rows that an erasure on request took out, for the hours in which it can be taken back.';
COMMENT ON COLUMN avow.undo_frame.bundle IS 'The bundle they lie in.';
COMMENT ON COLUMN avow.undo_frame.number IS 'Place in the bundle, from zero; bound into the encryption.';
COMMENT ON COLUMN avow.undo_frame.chunk IS 'The batch that took them out, by its number in the journal of the plan.';
COMMENT ON COLUMN avow.undo_frame.rows IS 'How many rows are inside.';
COMMENT ON COLUMN avow.undo_frame.sealed IS 'What the rows are, and one line per row, AES-256-GCM.';
