-- Incidents with personal data: their steps, with what people say of them sealed.

CREATE TABLE avow.incident (
    id         text        PRIMARY KEY,
    stage      text        NOT NULL,
    known_at   timestamptz,
    due_at     timestamptz,
    steps      integer     NOT NULL CHECK (steps > 0),
    key        text        NOT NULL REFERENCES avow.bundle_key,
    salt       bytea       NOT NULL CHECK (length(salt) = 32),
    made_at    timestamptz NOT NULL
);
COMMENT ON TABLE avow.incident IS 'No personal data. The register of incidents (art. 33(5) GDPR); what it is follows from the steps, the columns are a copy for lists.';
COMMENT ON COLUMN avow.incident.id IS 'Identifier `incident-…`.';
COMMENT ON COLUMN avow.incident.stage IS 'Where it stands after its last step.';
COMMENT ON COLUMN avow.incident.known_at IS 'Since when the controller knows; null until it is known to be a breach.';
COMMENT ON COLUMN avow.incident.due_at IS 'When the authority must have been told.';
COMMENT ON COLUMN avow.incident.steps IS 'How many steps it has.';
COMMENT ON COLUMN avow.incident.key IS 'The key of what is sealed of it.';
COMMENT ON COLUMN avow.incident.salt IS 'Salt of its commitments in the ledger.';
COMMENT ON COLUMN avow.incident.made_at IS 'When it was entered.';

CREATE TABLE avow.incident_step (
    incident text        NOT NULL REFERENCES avow.incident ON DELETE CASCADE,
    number   integer     NOT NULL CHECK (number > 0),
    at       timestamptz NOT NULL,
    by       text        NOT NULL,
    step     bytea       NOT NULL,
    sealed   bytea,
    PRIMARY KEY (incident, number)
);
COMMENT ON TABLE avow.incident_step IS 'Personal data: words of persons, sealed; ids of declared people. The steps of an incident; they are only added.';
COMMENT ON COLUMN avow.incident_step.incident IS 'The incident.';
COMMENT ON COLUMN avow.incident_step.number IS 'Order of the steps, from 1.';
COMMENT ON COLUMN avow.incident_step.at IS 'When it was taken.';
COMMENT ON COLUMN avow.incident_step.by IS 'Id of the declared person, or `person` where somebody from outside reported it.';
COMMENT ON COLUMN avow.incident_step.step IS 'The step as it was written, in JSON; its commitment is in the ledger.';
COMMENT ON COLUMN avow.incident_step.sealed IS 'What people said with it, under the key of the incident (associated data: id and number).';
