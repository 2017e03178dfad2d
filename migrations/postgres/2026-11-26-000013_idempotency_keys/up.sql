-- Calls that must not be made twice, by the key that the caller gave each.
CREATE TABLE idempotency_keys (
    organization_id integer NOT NULL REFERENCES organizations (id),
    idempotency_key text NOT NULL CHECK (char_length(idempotency_key) BETWEEN 1 AND 200),
    verb text NOT NULL CHECK (char_length(verb) BETWEEN 1 AND 60),
    -- SHA-256 of what the call asked for.
    call_hash bytea NOT NULL CHECK (length(call_hash) = 32),
    -- The budget transaction that it booked.
    sequence bigint CHECK (sequence > 0),
    user_id bigint,
    actor text NOT NULL CHECK (char_length(actor) <= 400),
    called_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, idempotency_key),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id)
);
CREATE TRIGGER idempotency_keys_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON idempotency_keys
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY idempotency_keys_organization ON idempotency_keys
    USING (organization_id = (SELECT nullif(current_setting('app.current_org_id', true), '')::integer));
