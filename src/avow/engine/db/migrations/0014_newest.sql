-- What is newest is found by an index, however many answers and plans lie behind it.

CREATE FUNCTION avow.clauses_digest(clauses text[]) RETURNS bytea LANGUAGE sql
IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT sha256(convert_to(array_to_string(clauses, E'\n'), 'UTF8')) $$;
COMMENT ON FUNCTION avow.clauses_digest(text[]) IS 'A short key of a list of clauses, which itself may be longer than an index takes.';

CREATE INDEX check_result_series ON avow.check_result (
    check_id, item, avow.clauses_digest(clauses), coalesce(detail ->> 'leg', ''),
    coalesce(detail ->> 'case', ''), (answer = 'blind'), at DESC, number DESC);
CREATE INDEX check_result_cases ON avow.check_result (at) WHERE kind = 'case' AND answer = 'fail';
CREATE INDEX check_result_at ON avow.check_result (at);
CREATE INDEX plan_newest ON avow.plan (made_at DESC, id);
CREATE INDEX plan_of_status ON avow.plan (status, made_at DESC, id);
CREATE INDEX plan_sweeps ON avow.plan (system, made_at DESC, id)
    WHERE kind = 'sweep' AND status <> 'withdrawn';
