-- Questions by which somebody shows by what they know who they are.

CREATE TABLE avow.fact_check (
    id          text             PRIMARY KEY,
    request     text             NOT NULL REFERENCES avow.request ON DELETE CASCADE,
    person      integer          NOT NULL CHECK (person > 0),
    token       bytea            NOT NULL UNIQUE CHECK (length(token) = 32),
    file        text             NOT NULL REFERENCES avow.request_file ON DELETE CASCADE,
    asked       integer          NOT NULL CHECK (asked > 0),
    wanted      integer          NOT NULL CHECK (wanted BETWEEN 1 AND asked),
    answerable  integer          NOT NULL CHECK (answerable BETWEEN 0 AND asked),
    chance      double precision NOT NULL CHECK (chance BETWEEN 0 AND 1),
    made_at     timestamptz      NOT NULL,
    ends_at     timestamptz      NOT NULL,
    answered_at timestamptz,
    correct     integer          CHECK (correct BETWEEN 0 AND asked),
    judged_at   timestamptz,
    CHECK ((answered_at IS NULL) = (correct IS NULL))
);
COMMENT ON TABLE avow.fact_check IS 'Personal data by its request. Questions about known facts that a person got by a link, and how many were answered rightly; gone with the request.';
COMMENT ON COLUMN avow.fact_check.id IS 'Identifier `facts-…`.';
COMMENT ON COLUMN avow.fact_check.request IS 'The request.';
COMMENT ON COLUMN avow.fact_check.person IS 'Number of the person in it.';
COMMENT ON COLUMN avow.fact_check.token IS 'SHA-256 of the 256 random bits in the link, which are kept nowhere.';
COMMENT ON COLUMN avow.fact_check.file IS 'The sealed file with the questions and their right answers; erased with the answer, and after the last day whatever happens.';
COMMENT ON COLUMN avow.fact_check.asked IS 'How many questions there are.';
COMMENT ON COLUMN avow.fact_check.wanted IS 'How many right answers are enough.';
COMMENT ON COLUMN avow.fact_check.answerable IS 'How many questions the rows found for the person have an answer to; 0 where nobody was found.';
COMMENT ON COLUMN avow.fact_check.chance IS 'How often somebody who guesses passes, with what was asked before.';
COMMENT ON COLUMN avow.fact_check.made_at IS 'When the letter was written.';
COMMENT ON COLUMN avow.fact_check.ends_at IS 'Until when the link works.';
COMMENT ON COLUMN avow.fact_check.answered_at IS 'When it was answered, which it is once; null before.';
COMMENT ON COLUMN avow.fact_check.correct IS 'How many answers were right; never which, nor what was said.';
COMMENT ON COLUMN avow.fact_check.judged_at IS 'When the outcome became a step of the request, or it ended unanswered; null before.';
CREATE INDEX fact_check_of ON avow.fact_check (request, person, made_at);
CREATE INDEX fact_check_open ON avow.fact_check (made_at) WHERE judged_at IS NULL;
