-- Creates the database and its two roles when the server is initialised.
-- console_owner owns the schema and is used by `console migrate` only; console serves,
-- with the rights granted by `console migrate --serve-role console`.

\set owner_password `cat /run/secrets/owner_password`
\set console_password `cat /run/secrets/database_password`

CREATE ROLE console_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE console LOGIN PASSWORD :'console_password';

CREATE DATABASE console OWNER console_owner
    ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;

REVOKE ALL ON DATABASE console FROM PUBLIC;
GRANT CONNECT ON DATABASE console TO console;
