-- What a service shares with others: a mapping, its scope and its options, in versions. No dossier, no token.
CREATE TABLE templates (
    id TEXT PRIMARY KEY,
    -- A team's id, or the name of one that the operator has declared.
    team TEXT NOT NULL,
    -- The latest version's.
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    demarche BIGINT NOT NULL,
    tables BIGINT NOT NULL,
    columns BIGINT NOT NULL,
    -- team, teams or all.
    visibility TEXT NOT NULL,
    -- The number of its latest version.
    version BIGINT NOT NULL,
    -- Grows with each change, sharing included.
    revision BIGINT NOT NULL,
    -- When it was withdrawn; 0 while it is offered.
    withdrawn_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX templates_of_team ON templates (team);

CREATE TABLE template_versions (
    template TEXT NOT NULL REFERENCES templates (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    note TEXT NOT NULL,
    -- The file, as it was checked.
    content TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by BIGINT NOT NULL,
    PRIMARY KEY (template, number)
);

-- The teams that it is shared with, when these are chosen.
CREATE TABLE template_teams (
    template TEXT NOT NULL REFERENCES templates (id) ON DELETE CASCADE,
    team TEXT NOT NULL,
    PRIMARY KEY (template, team)
);

-- The connexions that come from it.
CREATE TABLE template_uses (
    template TEXT NOT NULL REFERENCES templates (id) ON DELETE CASCADE,
    origin TEXT NOT NULL,
    document TEXT NOT NULL,
    connexion TEXT NOT NULL,
    version BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (template, origin, document, connexion)
);
