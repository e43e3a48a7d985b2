-- What became of an instruction of a controller: planned by us, or held to be unlawful.

ALTER TABLE avow.instruction ADD COLUMN plan text REFERENCES avow.plan;
ALTER TABLE avow.instruction ADD COLUMN ended_at timestamptz;
ALTER TABLE avow.instruction ADD COLUMN contested_at timestamptz;
ALTER TABLE avow.instruction ADD COLUMN contested bytea;
ALTER TABLE avow.instruction ADD CHECK ((contested_at IS NULL) = (contested IS NULL));
COMMENT ON COLUMN avow.instruction.plan IS 'The plan that carries it out in its own sphere; null: by hand, or not yet.';
COMMENT ON COLUMN avow.instruction.ended_at IS 'When the controller was told what was done by that plan.';
COMMENT ON COLUMN avow.instruction.contested_at IS 'When the controller was told that in our opinion it infringes the law (art. 28(3) GDPR); nothing is done from then on.';
COMMENT ON COLUMN avow.instruction.contested IS 'Why, under its key (associated data: the id and `contested`).';
COMMENT ON COLUMN avow.plan.sphere IS 'Whose data: `controller`, or `tenant:SYSTEM:VALUE`. A plan stays within one.';
