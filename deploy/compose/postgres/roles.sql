-- Makes the database and its two roles, once, when the server's files are made.
-- console_owner owns the schema and is for `console migrate` alone; console is for
-- serving, and may do what `console migrate --serve-role console` grants it.

\set owner_password `cat /run/secrets/owner_password`
\set console_password `cat /run/secrets/database_password`

CREATE ROLE console_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE console LOGIN PASSWORD :'console_password';

CREATE DATABASE console OWNER console_owner
    ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;

REVOKE ALL ON DATABASE console FROM PUBLIC;
GRANT CONNECT ON DATABASE console TO console;
