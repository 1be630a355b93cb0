-- Who read which démarche, and how many dossiers: by the hour, without a value or a name. Rows older than the operator says go.
CREATE TABLE audit (
    -- The hour's first instant, in milliseconds.
    hour BIGINT NOT NULL,
    -- A team's id, or the name of one that the operator has declared.
    team TEXT NOT NULL,
    origin TEXT NOT NULL,
    -- A mark of the document, as in the log: not its id, which opens a public one.
    document TEXT NOT NULL,
    -- The number that its Grist gives the person.
    person BIGINT NOT NULL,
    demarche BIGINT NOT NULL,
    -- The operation's name, or files.
    operation TEXT NOT NULL,
    requests BIGINT NOT NULL,
    dossiers BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (hour, team, origin, document, person, demarche, operation)
);
CREATE INDEX audit_of_team ON audit (team, hour);
