-- Who opened the words of an instruction stands in the log of views too.

ALTER TABLE avow.view_log ALTER COLUMN request DROP NOT NULL;
ALTER TABLE avow.view_log ADD COLUMN instruction text REFERENCES avow.instruction ON DELETE CASCADE;
ALTER TABLE avow.view_log ADD CHECK ((request IS NULL) <> (instruction IS NULL));
COMMENT ON COLUMN avow.view_log.request IS 'Of which request; null where it is of an instruction.';
COMMENT ON COLUMN avow.view_log.instruction IS 'Of which instruction of a controller; null where it is of a request.';
COMMENT ON TABLE avow.view_log IS 'Personal data: ids of declared people, and of which request or instruction they opened data. Gone with the record of it.';
