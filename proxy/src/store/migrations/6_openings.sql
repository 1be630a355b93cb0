-- Codes with which an owner creates a team, where the operator says who does. A code is used once: its row goes with its use.
CREATE TABLE openings (
    -- Of the code, which is shown once and kept nowhere.
    hash TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
