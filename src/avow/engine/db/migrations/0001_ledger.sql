-- The ledger: append-only evidence. The format is documented in docs/internals/ledger.md.

CREATE TABLE avow.ledger_log (
    one        boolean     PRIMARY KEY DEFAULT true CHECK (one),
    origin     text        NOT NULL CHECK (origin ~ '^[^\s+]+$'),
    opened_at  timestamptz NOT NULL
);
COMMENT ON TABLE avow.ledger_log IS 'No personal data. The identity of this ledger: one row.';
COMMENT ON COLUMN avow.ledger_log.one IS 'Always true: there is one ledger per state.';
COMMENT ON COLUMN avow.ledger_log.origin IS 'First line of every checkpoint (C2SP tlog-checkpoint); neither space nor plus.';
COMMENT ON COLUMN avow.ledger_log.opened_at IS 'When the ledger was opened.';

CREATE TABLE avow.ledger_entry (
    number bigint PRIMARY KEY CHECK (number >= 0),
    kind   text   NOT NULL,
    bytes  bytea  NOT NULL
);
COMMENT ON TABLE avow.ledger_entry IS 'No personal data: an allow-list of types lets only ids, counts, digests, clause ids and dates in. Rows are never updated or deleted.';
COMMENT ON COLUMN avow.ledger_entry.number IS 'Place in the ledger from 0, without a gap; index of the leaf in the Merkle tree.';
COMMENT ON COLUMN avow.ledger_entry.kind IS 'The kind of the entry, repeated from the bytes for searching; only the bytes are evidence.';
COMMENT ON COLUMN avow.ledger_entry.bytes IS 'Canonical JSON exactly as it was hashed; holds the SHA-256 of the entry before.';
CREATE INDEX ledger_entry_kind ON avow.ledger_entry (kind, number);

CREATE TABLE avow.ledger_tile (
    level  smallint NOT NULL CHECK (level >= 0),
    number bigint   NOT NULL CHECK (number >= 0),
    hashes bytea    NOT NULL CHECK (length(hashes) = 256 * 32),
    PRIMARY KEY (level, number)
);
COMMENT ON TABLE avow.ledger_tile IS 'No personal data. Full tiles of the Merkle tree, so that a proof reads a few rows and not the whole ledger. Can be computed again from the entries.';
COMMENT ON COLUMN avow.ledger_tile.level IS 'Height of the tile: its hashes are roots of 256^level entries each.';
COMMENT ON COLUMN avow.ledger_tile.number IS 'Place of the tile from 0: its first hash is number * 256 on this level.';
COMMENT ON COLUMN avow.ledger_tile.hashes IS '256 hashes of 32 bytes.';

CREATE TABLE avow.ledger_checkpoint (
    size bigint      PRIMARY KEY CHECK (size >= 0),
    root bytea       NOT NULL CHECK (length(root) = 32),
    edge bytea       NOT NULL,
    note text        NOT NULL,
    at   timestamptz NOT NULL
);
COMMENT ON TABLE avow.ledger_checkpoint IS 'No personal data. Signed tree heads, one per group of entries. Rows are never updated or deleted.';
COMMENT ON COLUMN avow.ledger_checkpoint.size IS 'Number of entries covered.';
COMMENT ON COLUMN avow.ledger_checkpoint.root IS 'Root of the Merkle tree (RFC 6962) over these entries.';
COMMENT ON COLUMN avow.ledger_checkpoint.edge IS 'Roots of the complete subtrees from left to right, one per binary one of the size: what the next group starts from.';
COMMENT ON COLUMN avow.ledger_checkpoint.note IS 'The C2SP signed note: origin, size, root, signature. This is what is printed in notices and letters.';
COMMENT ON COLUMN avow.ledger_checkpoint.at IS 'The instant of the last entry covered.';

CREATE FUNCTION avow.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'avow.%: rows are never updated or deleted', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
COMMENT ON FUNCTION avow.refuse_change() IS 'Keeps a table append-only. Whoever drops the trigger is still found by the chain and the checkpoints.';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON avow.ledger_log
    FOR EACH STATEMENT EXECUTE FUNCTION avow.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON avow.ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION avow.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON avow.ledger_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION avow.refuse_change();
