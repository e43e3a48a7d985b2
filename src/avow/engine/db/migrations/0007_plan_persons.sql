-- Whom a plan of erasure is about: known, sealed, until the plan has ended.

CREATE TABLE avow.plan_person (
    plan    text    NOT NULL REFERENCES avow.plan,
    number  integer NOT NULL CHECK (number >= 0),
    dataset text    NOT NULL,
    sealed  bytea   NOT NULL,
    PRIMARY KEY (plan, number)
);
COMMENT ON TABLE avow.plan_person IS 'Personal data: keys of rows, sealed. The persons of an erasure plan, gone in the moment in which the plan ends.';
COMMENT ON COLUMN avow.plan_person.plan IS 'The plan.';
COMMENT ON COLUMN avow.plan_person.number IS 'Place of the person in the plan: a plan that is taken up again goes on at the same one.';
COMMENT ON COLUMN avow.plan_person.dataset IS 'The dataset whose row names the person.';
COMMENT ON COLUMN avow.plan_person.sealed IS 'The row''s key, sealed by the key ring (associated data: plan, its digest, number).';

CREATE FUNCTION avow.forget_plan_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM avow.plan_person WHERE plan = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER forget_persons AFTER UPDATE OF ended_at ON avow.plan
    FOR EACH ROW WHEN (NEW.ended_at IS NOT NULL) EXECUTE FUNCTION avow.forget_plan_persons();
