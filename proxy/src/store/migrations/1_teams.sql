-- Teams that are created from the widget. What SQLite and PostgreSQL both understand: texts, and whole numbers of 64 bits.
-- Instants are milliseconds since the epoch; days are written 2027-03-01; hashes and sealed tokens are in base64.

CREATE TABLE teams (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    -- Grows with each change that two owners might make at once.
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- A document belongs to one team at most.
CREATE TABLE documents (
    origin TEXT NOT NULL,
    document TEXT NOT NULL,
    team TEXT NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    -- What names it in an address: its own id would let whoever reads it open a public document.
    mark TEXT NOT NULL UNIQUE,
    -- As the owner who brought it calls it.
    name TEXT NOT NULL,
    joined_at BIGINT NOT NULL,
    -- The number that its Grist gives the person.
    joined_by BIGINT NOT NULL,
    PRIMARY KEY (origin, document)
);
CREATE INDEX documents_of_team ON documents (team);

CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    team TEXT NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- Sealed by the vault for this team and this id; opened nowhere else.
    sealed TEXT NOT NULL,
    -- Its last day, as the owner gave it.
    expires TEXT,
    -- read, write, or unknown.
    rights TEXT NOT NULL,
    -- Why DS refused it when it was last asked, as the code of an error; empty when it did not.
    refusal TEXT NOT NULL,
    checked_at BIGINT NOT NULL,
    deposited_at BIGINT NOT NULL,
    deposited_by BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX tokens_of_team ON tokens (team);

-- What a token is used for. Within a team, one token reads a démarche.
CREATE TABLE token_demarches (
    team TEXT NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    demarche BIGINT NOT NULL,
    token TEXT NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    place BIGINT NOT NULL,
    PRIMARY KEY (team, demarche)
);
CREATE INDEX demarches_of_token ON token_demarches (token);

-- A code is used once: its row goes with its use.
CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    team TEXT NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    -- Of the code, which is shown once and kept nowhere.
    hash TEXT NOT NULL UNIQUE,
    -- The document that leaves when the code is used; empty when none does.
    hands_over TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX invitations_of_team ON invitations (team);
