-- Tasks to owners of systems, recipients and controllers; who got data; what controllers instruct.

ALTER TABLE avow.invitation DROP CONSTRAINT invitation_kind_check;
ALTER TABLE avow.invitation ADD CONSTRAINT invitation_kind_check CHECK (kind IN ('map', 'sample', 'task'));
COMMENT ON COLUMN avow.invitation.kind IS 'map: whose the rows of tables are; sample: rows drawn from a plan; task: something to be done by hand.';

CREATE TABLE avow.mailbox (
    who          text        PRIMARY KEY CHECK (who ~ '^(person|system|recipient|tenant):.{1,200}$'),
    language     text        NOT NULL CHECK (language ~ '^[a-z]{2}$'),
    sealed       bytea       NOT NULL,
    may_instruct boolean     NOT NULL DEFAULT false,
    by           text        NOT NULL,
    made_at      timestamptz NOT NULL
);
COMMENT ON TABLE avow.mailbox IS 'Personal data: mail addresses of those who are given tasks, sealed. One row per declared person, system, recipient or tenant.';
COMMENT ON COLUMN avow.mailbox.who IS 'Whose it is: `person:ID`, `system:ID`, `recipient:ID`, `tenant:SYSTEM:VALUE`.';
COMMENT ON COLUMN avow.mailbox.language IS 'The language that is written there (ISO 639-1).';
COMMENT ON COLUMN avow.mailbox.sealed IS 'Name and address, sealed by the key ring (associated data: `mailbox` and whose).';
COMMENT ON COLUMN avow.mailbox.may_instruct IS 'Whether instructions of a controller may come from it (art. 28(3)(a) GDPR).';
COMMENT ON COLUMN avow.mailbox.by IS 'Id of the declared person who entered it.';
COMMENT ON COLUMN avow.mailbox.made_at IS 'When it was entered.';

CREATE TABLE avow.instruction (
    id         text        PRIMARY KEY,
    tenant     text        NOT NULL,
    what       text        NOT NULL CHECK (what IN ('erase', 'extract', 'correct', 'restrict', 'return', 'delete-all')),
    arrived_at timestamptz NOT NULL,
    due_on     date        NOT NULL,
    key        text        NOT NULL REFERENCES avow.bundle_key,
    salt       bytea       NOT NULL CHECK (length(salt) = 32),
    sealed     bytea       NOT NULL,
    confirmed_at timestamptz,
    by         text        NOT NULL
);
COMMENT ON TABLE avow.instruction IS 'Personal data: whom an instruction is about, sealed. What controllers instructed us to do with their data (art. 28(3)(a) GDPR).';
COMMENT ON COLUMN avow.instruction.id IS 'Identifier `instruction-…`.';
COMMENT ON COLUMN avow.instruction.tenant IS 'Whose data it is: `tenant:SYSTEM:VALUE`. Nothing of another sphere is touched.';
COMMENT ON COLUMN avow.instruction.what IS 'What is to be done; return and delete-all end the contract (art. 28(3)(g)).';
COMMENT ON COLUMN avow.instruction.arrived_at IS 'When it arrived.';
COMMENT ON COLUMN avow.instruction.due_on IS 'Until when it is to be done.';
COMMENT ON COLUMN avow.instruction.key IS 'The key of everything sealed of it.';
COMMENT ON COLUMN avow.instruction.salt IS 'Salt of its commitments in the ledger.';
COMMENT ON COLUMN avow.instruction.sealed IS 'Its words, under that key (associated data: the id).';
COMMENT ON COLUMN avow.instruction.confirmed_at IS 'When the registered contact confirmed it on a one-time page; null: nothing may be done.';
COMMENT ON COLUMN avow.instruction.by IS 'Id of the declared person who entered it.';

CREATE TABLE avow.task (
    id          text        PRIMARY KEY,
    request     text        REFERENCES avow.request ON DELETE CASCADE,
    item        integer,
    person      integer,
    instruction text        REFERENCES avow.instruction ON DELETE CASCADE,
    act         text        NOT NULL,
    place       text        NOT NULL,
    asks        text        NOT NULL,
    basis       text        NOT NULL CHECK (basis IN ('map', 'log', 'declared', 'tenant', 'instruction')),
    due_on      date        NOT NULL,
    state       text        NOT NULL,
    is_answered boolean     NOT NULL DEFAULT false,
    steps       integer     NOT NULL CHECK (steps > 0),
    key         text        NOT NULL REFERENCES avow.bundle_key,
    salt        bytea       NOT NULL CHECK (length(salt) = 32),
    is_canary   boolean     NOT NULL DEFAULT false,
    made_at     timestamptz NOT NULL,
    CHECK ((request IS NULL) <> (instruction IS NULL)),
    CHECK ((request IS NULL) = (item IS NULL) AND (request IS NULL) = (person IS NULL)),
    UNIQUE NULLS NOT DISTINCT (request, item, instruction, act, place)
);
COMMENT ON TABLE avow.task IS 'Personal data: ids of declared people. What somebody was asked to do by hand; whom it is about lies sealed with the request or the instruction.';
COMMENT ON COLUMN avow.task.id IS 'Identifier `task-…`.';
COMMENT ON COLUMN avow.task.request IS 'The request it is made for.';
COMMENT ON COLUMN avow.task.item IS 'Number of the item in it.';
COMMENT ON COLUMN avow.task.person IS 'Number of the person in it.';
COMMENT ON COLUMN avow.task.instruction IS 'The instruction it is made for, where it is none of a request.';
COMMENT ON COLUMN avow.task.act IS 'What is to be done.';
COMMENT ON COLUMN avow.task.place IS 'Where, or who is told: `system:…`, `recipient:…`, `tenant:…`.';
COMMENT ON COLUMN avow.task.asks IS 'Who is asked: one of `mailbox`.';
COMMENT ON COLUMN avow.task.basis IS 'Why it exists: a system of the data map, the log of transmissions, a declared recipient without a log, a tenant, an instruction.';
COMMENT ON COLUMN avow.task.due_on IS 'The last day; the next one it is overdue.';
COMMENT ON COLUMN avow.task.state IS 'Where it stands after its last step.';
COMMENT ON COLUMN avow.task.is_answered IS 'Whether somebody answered; silence never sets it.';
COMMENT ON COLUMN avow.task.steps IS 'How many steps it has.';
COMMENT ON COLUMN avow.task.key IS 'The key of its evidence: that of the request or the instruction.';
COMMENT ON COLUMN avow.task.salt IS 'Salt of its commitments in the ledger.';
COMMENT ON COLUMN avow.task.is_canary IS 'True for a task of our own that shows that overdue ones are seen.';
COMMENT ON COLUMN avow.task.made_at IS 'When it was made.';
CREATE INDEX task_open ON avow.task (due_on, id) WHERE NOT is_answered;
CREATE INDEX task_instruction ON avow.task (instruction) WHERE instruction IS NOT NULL;

CREATE TABLE avow.task_step (
    task   text        NOT NULL REFERENCES avow.task ON DELETE CASCADE,
    number integer     NOT NULL CHECK (number > 0),
    at     timestamptz NOT NULL,
    day    date        NOT NULL,
    by     text        NOT NULL,
    step   bytea       NOT NULL,
    sealed bytea,
    PRIMARY KEY (task, number)
);
COMMENT ON TABLE avow.task_step IS 'Personal data: words and files of who answered, sealed; ids of declared people. The steps of a task; they are only added.';
COMMENT ON COLUMN avow.task_step.task IS 'The task.';
COMMENT ON COLUMN avow.task_step.number IS 'Order of the steps, from 1.';
COMMENT ON COLUMN avow.task_step.at IS 'When it was taken.';
COMMENT ON COLUMN avow.task_step.day IS 'The local day of it.';
COMMENT ON COLUMN avow.task_step.by IS 'Who took it: one of `mailbox`, the id of a declared person, or `avow`.';
COMMENT ON COLUMN avow.task_step.step IS 'The step as it was written, in JSON; its commitment is in the ledger.';
COMMENT ON COLUMN avow.task_step.sealed IS 'Evidence: words and files, under the key of the task (associated data: id and number); null when none.';

CREATE TABLE avow.disclosure (
    id           text   PRIMARY KEY,
    recipient    text   NOT NULL,
    system       text   NOT NULL DEFAULT '',
    purpose      text   NOT NULL DEFAULT '',
    categories   text[] NOT NULL,
    disclosed_on date   NOT NULL,
    forget_on    date   NOT NULL,
    by           text   NOT NULL
);
COMMENT ON TABLE avow.disclosure IS 'Personal data: ids of declared people. The log of transmissions: what was disclosed to which recipient, and when.';
COMMENT ON COLUMN avow.disclosure.id IS 'Identifier `disclosure-…`.';
COMMENT ON COLUMN avow.disclosure.recipient IS 'Id of the declared recipient.';
COMMENT ON COLUMN avow.disclosure.system IS 'The system it came from; empty where nobody said.';
COMMENT ON COLUMN avow.disclosure.purpose IS 'What for; empty where nobody said.';
COMMENT ON COLUMN avow.disclosure.categories IS 'The categories disclosed.';
COMMENT ON COLUMN avow.disclosure.disclosed_on IS 'The local day.';
COMMENT ON COLUMN avow.disclosure.forget_on IS 'The last day it is kept.';
COMMENT ON COLUMN avow.disclosure.by IS 'Who wrote it: the id of a declared person, or of the part that discloses.';

CREATE TABLE avow.disclosed_person (
    disclosure text  NOT NULL REFERENCES avow.disclosure ON DELETE CASCADE,
    hash       bytea NOT NULL CHECK (length(hash) = 32),
    hash_key   text  NOT NULL,
    PRIMARY KEY (disclosure, hash)
);
COMMENT ON TABLE avow.disclosed_person IS 'Personal data: keyed hashes of what names the persons whose data were disclosed.';
COMMENT ON COLUMN avow.disclosed_person.disclosure IS 'The disclosure.';
COMMENT ON COLUMN avow.disclosed_person.hash IS 'Keyed hash of the normalised value.';
COMMENT ON COLUMN avow.disclosed_person.hash_key IS 'Id of the key of the hash.';
CREATE INDEX disclosed_person_hash ON avow.disclosed_person (hash);
