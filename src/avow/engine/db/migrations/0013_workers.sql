-- Workers at the owner's side: who is enrolled, and the conversations with them while they last.

CREATE TABLE avow.worker (
    id          text        PRIMARY KEY,
    system      text        NOT NULL,
    public_key  bytea       NOT NULL CHECK (length(public_key) = 32),
    sealed_key  bytea       NOT NULL,
    enrolled_by text        NOT NULL,
    enrolled_at timestamptz NOT NULL,
    revoked_by  text,
    revoked_at  timestamptz,
    number      bigint      NOT NULL DEFAULT 0,
    heard_at    timestamptz,
    kind        text,
    access      text        CHECK (access IN ('observe', 'write'))
);
COMMENT ON TABLE avow.worker IS 'No personal data but the ids of declared people. Workers that were enrolled, one at a time for each system.';
COMMENT ON COLUMN avow.worker.id IS 'Identifier `worker-…`.';
COMMENT ON COLUMN avow.worker.system IS 'The system it speaks for.';
COMMENT ON COLUMN avow.worker.public_key IS 'Its Ed25519 public key; the other half never leaves its machine.';
COMMENT ON COLUMN avow.worker.sealed_key IS 'Our own Ed25519 key of the pair, sealed by the key ring; emptied when the worker is revoked.';
COMMENT ON COLUMN avow.worker.enrolled_by IS 'Id of who made the code.';
COMMENT ON COLUMN avow.worker.enrolled_at IS 'When it registered its key.';
COMMENT ON COLUMN avow.worker.revoked_by IS 'Id of who revoked it, or enrolled the next one.';
COMMENT ON COLUMN avow.worker.revoked_at IS 'When it was revoked; null while it may speak.';
COMMENT ON COLUMN avow.worker.number IS 'Number of its newest question; a lower one, or the same, was sent before.';
COMMENT ON COLUMN avow.worker.heard_at IS 'When it last asked for work.';
COMMENT ON COLUMN avow.worker.kind IS 'The kind of its connector, as it says.';
COMMENT ON COLUMN avow.worker.access IS 'What its owner lets it do, as it says.';
CREATE UNIQUE INDEX worker_speaking ON avow.worker (system) WHERE revoked_at IS NULL;

CREATE TABLE avow.worker_code (
    id           text        PRIMARY KEY,
    system       text        NOT NULL,
    made_by      text        NOT NULL,
    made_at      timestamptz NOT NULL,
    ends_at      timestamptz NOT NULL,
    used_at      timestamptz,
    lookup       bytea       NOT NULL UNIQUE,
    sealed_proof bytea       NOT NULL,
    sealed_key   bytea       NOT NULL
);
COMMENT ON TABLE avow.worker_code IS 'No personal data but the ids of declared people. Codes with which a worker can be enrolled once; the code itself is stored nowhere.';
COMMENT ON COLUMN avow.worker_code.id IS 'Identifier `code-…`.';
COMMENT ON COLUMN avow.worker_code.system IS 'The system it is for.';
COMMENT ON COLUMN avow.worker_code.made_by IS 'Id of who made it.';
COMMENT ON COLUMN avow.worker_code.made_at IS 'When it was made.';
COMMENT ON COLUMN avow.worker_code.ends_at IS 'When it ends.';
COMMENT ON COLUMN avow.worker_code.used_at IS 'When it was used, or ended by a newer one.';
COMMENT ON COLUMN avow.worker_code.lookup IS 'Derived from the code, to find it.';
COMMENT ON COLUMN avow.worker_code.sealed_proof IS 'Derived from the code, to check a proof of it; sealed.';
COMMENT ON COLUMN avow.worker_code.sealed_key IS 'Our Ed25519 key for the worker to come; sealed.';

-- Conversations are not logged by the database: they reach no backup and no standby, and a crash
-- of the database ends them, as it ends the processes that hold their keys.
CREATE UNLOGGED TABLE avow.worker_call (
    id        text        PRIMARY KEY,
    worker    text        NOT NULL REFERENCES avow.worker,
    hello     bytea       NOT NULL,
    opened_at timestamptz NOT NULL,
    is_taken  boolean     NOT NULL DEFAULT false,
    number    bigint      NOT NULL DEFAULT 0,
    heard_at  timestamptz
);
COMMENT ON TABLE avow.worker_call IS 'No personal data. Conversations with workers while they last.';
COMMENT ON COLUMN avow.worker_call.id IS 'Identifier `conversation-…`.';
COMMENT ON COLUMN avow.worker_call.worker IS 'The worker.';
COMMENT ON COLUMN avow.worker_call.hello IS 'Our public key for this conversation, signed.';
COMMENT ON COLUMN avow.worker_call.opened_at IS 'When it was opened.';
COMMENT ON COLUMN avow.worker_call.is_taken IS 'Whether the worker has taken it.';
COMMENT ON COLUMN avow.worker_call.number IS 'Number of the worker''s newest question in it.';
COMMENT ON COLUMN avow.worker_call.heard_at IS 'When the worker last spoke in it, by the clock of the database.';
CREATE INDEX worker_call_waiting ON avow.worker_call (worker) WHERE NOT is_taken;

CREATE UNLOGGED TABLE avow.worker_message (
    conversation text    NOT NULL REFERENCES avow.worker_call ON DELETE CASCADE,
    to_worker    boolean NOT NULL,
    number       bigint  NOT NULL,
    box          bytea   NOT NULL,
    PRIMARY KEY (conversation, to_worker, number)
);
COMMENT ON TABLE avow.worker_message IS 'Personal data, encrypted for the two ends of a conversation under keys that are stored nowhere. A message is here from when it is sent until it is taken.';
COMMENT ON COLUMN avow.worker_message.conversation IS 'The conversation.';
COMMENT ON COLUMN avow.worker_message.to_worker IS 'True when it goes to the worker, false when it comes from there.';
COMMENT ON COLUMN avow.worker_message.number IS 'Order of the message in its direction.';
COMMENT ON COLUMN avow.worker_message.box IS 'The message, encrypted.';
