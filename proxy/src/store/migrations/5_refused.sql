-- Whether DS did not open it to the token when it was last asked: 1, or 0.
ALTER TABLE token_demarches ADD COLUMN is_refused BIGINT NOT NULL DEFAULT 0;
