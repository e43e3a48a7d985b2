-- Editions of the notice: what was proposed, approved, published and withdrawn, with every byte.

CREATE TABLE avow.publication (
    id           text        PRIMARY KEY,
    version      text        NOT NULL CHECK (version ~ '^(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9._-]{0,39}$'),
    release      text        NOT NULL REFERENCES avow.release,
    digest       text        NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    status       text        NOT NULL CHECK (status IN ('proposed', 'approved', 'published', 'withdrawn', 'dropped')),
    changed      date        NOT NULL,
    effective    date,
    in_effect    date,
    findings     jsonb       NOT NULL DEFAULT '{}',
    reason       text        NOT NULL DEFAULT '',
    proposed_by  text        NOT NULL,
    proposed_at  timestamptz NOT NULL,
    approved_at  timestamptz,
    published_at timestamptz,
    withdraw_reason text     NOT NULL DEFAULT '',
    withdraw_by  text,
    withdraw_at  timestamptz,
    withdrawn_at timestamptz,
    CHECK ((published_at IS NULL) = (in_effect IS NULL)),
    CHECK ((status IN ('published', 'withdrawn')) = (published_at IS NOT NULL)),
    CHECK ((status = 'withdrawn') = (withdrawn_at IS NOT NULL)),
    CHECK ((withdraw_by IS NULL) = (withdraw_reason = ''))
);
COMMENT ON TABLE avow.publication IS 'Personal data: ids of declared people. Editions of the notice and how far each came.';
COMMENT ON COLUMN avow.publication.id IS 'Identifier `publication-…`.';
COMMENT ON COLUMN avow.publication.version IS 'How the edition is called; part of its address, so it holds a digit and no slash.';
COMMENT ON COLUMN avow.publication.release IS 'The declaration it was made from.';
COMMENT ON COLUMN avow.publication.digest IS 'SHA-256 over version, release, days, reason and the digests of all pages: what is signed.';
COMMENT ON COLUMN avow.publication.status IS 'proposed; approved by a second person; published; withdrawn; dropped: another proposal took its place.';
COMMENT ON COLUMN avow.publication.changed IS 'The day of the last change, as it is printed.';
COMMENT ON COLUMN avow.publication.effective IS 'The day of effect that is declared; null: the day of publication.';
COMMENT ON COLUMN avow.publication.in_effect IS 'The day from which it counts; null before it is published.';
COMMENT ON COLUMN avow.publication.findings IS 'Numbers of open defects by level and code, as they were when it was proposed.';
COMMENT ON COLUMN avow.publication.reason IS 'Why it is published with open defects of level E; empty where there are none.';
COMMENT ON COLUMN avow.publication.proposed_by IS 'Id of the author.';
COMMENT ON COLUMN avow.publication.proposed_at IS 'When it was proposed.';
COMMENT ON COLUMN avow.publication.approved_at IS 'When a second person approved it.';
COMMENT ON COLUMN avow.publication.published_at IS 'When it was published.';
COMMENT ON COLUMN avow.publication.withdraw_reason IS 'Why it is to be withdrawn; readable by everybody once it is.';
COMMENT ON COLUMN avow.publication.withdraw_by IS 'Id of who asked for the withdrawal.';
COMMENT ON COLUMN avow.publication.withdraw_at IS 'When that was.';
COMMENT ON COLUMN avow.publication.withdrawn_at IS 'When a second person withdrew it.';
CREATE UNIQUE INDEX publication_version ON avow.publication (version) WHERE published_at IS NOT NULL;
CREATE UNIQUE INDEX publication_waiting ON avow.publication (version) WHERE status IN ('proposed', 'approved');

CREATE TABLE avow.publication_page (
    publication text  NOT NULL REFERENCES avow.publication,
    language    text  NOT NULL CHECK (language ~ '^[a-z]{2}$'),
    kind        text  NOT NULL CHECK (kind IN ('html', 'pdf', 'plain')),
    digest      text  NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    bytes       bytea NOT NULL,
    is_draft    boolean NOT NULL,
    PRIMARY KEY (publication, language, kind)
);
COMMENT ON TABLE avow.publication_page IS 'No personal data. The pages of an edition, byte by byte. Never changed.';
COMMENT ON COLUMN avow.publication_page.publication IS 'The edition.';
COMMENT ON COLUMN avow.publication_page.language IS 'Its language (ISO 639-1).';
COMMENT ON COLUMN avow.publication_page.kind IS 'html, pdf, or plain: the words alone, for comparing editions.';
COMMENT ON COLUMN avow.publication_page.digest IS 'SHA-256 of the bytes.';
COMMENT ON COLUMN avow.publication_page.bytes IS 'The page.';
COMMENT ON COLUMN avow.publication_page.is_draft IS 'True for a translation that nobody had approved.';
CREATE INDEX publication_page_digest ON avow.publication_page (digest);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON avow.publication_page
    FOR EACH STATEMENT EXECUTE FUNCTION avow.refuse_change();

CREATE TABLE avow.publication_approval (
    publication text        NOT NULL REFERENCES avow.publication,
    person      text        NOT NULL,
    what        text        NOT NULL CHECK (what IN ('publish', 'withdraw')),
    digest      text        NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    key         text        NOT NULL,
    signature   bytea       NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (publication, what, person)
);
COMMENT ON TABLE avow.publication_approval IS 'Personal data: ids of declared people. Who approved, or withdrew, which edition. Never changed.';
COMMENT ON COLUMN avow.publication_approval.publication IS 'The edition.';
COMMENT ON COLUMN avow.publication_approval.person IS 'Id of the person; never the officer.';
COMMENT ON COLUMN avow.publication_approval.what IS 'publish or withdraw.';
COMMENT ON COLUMN avow.publication_approval.digest IS 'The digest that was signed.';
COMMENT ON COLUMN avow.publication_approval.key IS 'Id of the key of the signature.';
COMMENT ON COLUMN avow.publication_approval.signature IS 'Ed25519 over the digest, what is done, and the person.';
COMMENT ON COLUMN avow.publication_approval.at IS 'When.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON avow.publication_approval
    FOR EACH STATEMENT EXECUTE FUNCTION avow.refuse_change();

CREATE TABLE avow.publication_advice (
    publication text        NOT NULL REFERENCES avow.publication,
    digest      text        NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    person      text        NOT NULL,
    bytes       bytea       NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (publication, digest)
);
COMMENT ON TABLE avow.publication_advice IS 'Personal data: ids of declared people. The written advice of the data-protection officer on an edition. Never changed.';
COMMENT ON COLUMN avow.publication_advice.publication IS 'The edition.';
COMMENT ON COLUMN avow.publication_advice.digest IS 'SHA-256 of the document.';
COMMENT ON COLUMN avow.publication_advice.person IS 'Id of the officer.';
COMMENT ON COLUMN avow.publication_advice.bytes IS 'The document as it was given; it is not published.';
COMMENT ON COLUMN avow.publication_advice.at IS 'When it was given.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON avow.publication_advice
    FOR EACH STATEMENT EXECUTE FUNCTION avow.refuse_change();
