-- Erasures of many requests in one plan: whose each person and each thing that stays is.

ALTER TABLE avow.plan_person ADD COLUMN case_id text;
ALTER TABLE avow.plan_person ADD COLUMN spared_at timestamptz;
CREATE INDEX plan_person_of ON avow.plan_person (case_id) WHERE case_id IS NOT NULL;
COMMENT ON COLUMN avow.plan_person.case_id IS 'For which item of which request the person is erased (`request-…/item`); null where the plan has one request only.';
COMMENT ON COLUMN avow.plan_person.spared_at IS 'Since when the person is not to be erased any more: the request was taken back before their turn came.';

ALTER TABLE avow.blocked ADD COLUMN case_id text;
COMMENT ON COLUMN avow.blocked.case_id IS 'For which item of which request the person was to be erased; null where the plan has one request only.';

ALTER TABLE avow.request_stay ADD COLUMN request text REFERENCES avow.request ON DELETE CASCADE;
ALTER TABLE avow.request_stay ADD COLUMN item integer;
ALTER TABLE avow.request_stay ADD CHECK ((request IS NULL) = (item IS NULL));
CREATE INDEX request_stay_of ON avow.request_stay (request) WHERE request IS NOT NULL;
COMMENT ON COLUMN avow.request_stay.request IS 'The request of whose person it stays; null where the plan has one request only.';
COMMENT ON COLUMN avow.request_stay.item IS 'The item of that request.';
COMMENT ON TABLE avow.request_stay IS 'No personal data beyond the id of the request. What a plan of erasure leaves: kinds of data, why, until when.';
