-- Keys of ours that may be destroyed one by one, and references to those of the key ring.

CREATE TABLE avow.key_reference (
    id         text        PRIMARY KEY,
    use        text        NOT NULL CHECK (use IN ('hash', 'seal', 'sign')),
    public_key bytea,
    seen_at    timestamptz NOT NULL,
    retired_at timestamptz
);
COMMENT ON TABLE avow.key_reference IS 'No personal data. The keys of the key ring by id: no key itself is in here.';
COMMENT ON COLUMN avow.key_reference.id IS 'Id of the key as hashes, seals and signatures carry it.';
COMMENT ON COLUMN avow.key_reference.use IS 'What it is for.';
COMMENT ON COLUMN avow.key_reference.public_key IS 'The Ed25519 public key, for keys that sign.';
COMMENT ON COLUMN avow.key_reference.seen_at IS 'When this database first met it.';
COMMENT ON COLUMN avow.key_reference.retired_at IS 'When a newer key took its place; it still opens and verifies.';

CREATE TABLE avow.bundle_key (
    id           text        PRIMARY KEY,
    purpose      text        NOT NULL,
    wrapped      bytea,
    made_at      timestamptz NOT NULL,
    destroy_by   date        NOT NULL,
    destroyed_at timestamptz,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
COMMENT ON TABLE avow.bundle_key IS 'Personal data: opens values of persons until it is destroyed. One wrapped key per undo bundle, census or case.';
COMMENT ON COLUMN avow.bundle_key.id IS 'Identifier `bundle-…`.';
COMMENT ON COLUMN avow.bundle_key.purpose IS 'undo, census, case, or another word.';
COMMENT ON COLUMN avow.bundle_key.wrapped IS 'The key wrapped by the key ring; null once destroyed.';
COMMENT ON COLUMN avow.bundle_key.made_at IS 'When it was made.';
COMMENT ON COLUMN avow.bundle_key.destroy_by IS 'Last day of its life, in the controller''s zone.';
COMMENT ON COLUMN avow.bundle_key.destroyed_at IS 'When it was destroyed.';
CREATE INDEX bundle_key_due ON avow.bundle_key (destroy_by) WHERE destroyed_at IS NULL;

CREATE TABLE avow.undo_bundle (
    id           text        PRIMARY KEY,
    plan         text        NOT NULL REFERENCES avow.plan,
    system       text        NOT NULL,
    dataset      text        NOT NULL,
    key          text        NOT NULL REFERENCES avow.bundle_key,
    path         text        NOT NULL,
    rows         bigint      NOT NULL CHECK (rows >= 0),
    digest       text        NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    destroy_by   date        NOT NULL,
    made_at      timestamptz NOT NULL,
    restored_at  timestamptz,
    destroyed_at timestamptz
);
COMMENT ON TABLE avow.undo_bundle IS 'No personal data here; the file it names holds rows, encrypted. Rows taken out of a system that can be brought back until they are destroyed.';
COMMENT ON COLUMN avow.undo_bundle.id IS 'Identifier `undo-…`.';
COMMENT ON COLUMN avow.undo_bundle.plan IS 'The plan that took the rows out.';
COMMENT ON COLUMN avow.undo_bundle.system IS 'The system they came from.';
COMMENT ON COLUMN avow.undo_bundle.dataset IS 'The dataset they came from.';
COMMENT ON COLUMN avow.undo_bundle.key IS 'The key it is encrypted with.';
COMMENT ON COLUMN avow.undo_bundle.path IS 'The file, relative to the state directory.';
COMMENT ON COLUMN avow.undo_bundle.rows IS 'Rows inside.';
COMMENT ON COLUMN avow.undo_bundle.digest IS 'SHA-256 of the encrypted file.';
COMMENT ON COLUMN avow.undo_bundle.destroy_by IS 'Last day: the day of the retention maximum at the latest.';
COMMENT ON COLUMN avow.undo_bundle.made_at IS 'When it was written.';
COMMENT ON COLUMN avow.undo_bundle.restored_at IS 'When it was brought back.';
COMMENT ON COLUMN avow.undo_bundle.destroyed_at IS 'When key and file were destroyed.';
