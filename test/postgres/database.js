import { randomBytes } from 'node:crypto';
import pg from 'pg';
/** Makes a database on the run's PostgreSQL; `template` is a database made before, to copy. */
export async function createDatabase(template = 'template0') {
  const server = serverUrl();
  const name = `test_${randomBytes(8).toString('hex')}`;
  await ask(server, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => ask(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}
function serverUrl() {
  const url = process.env['THROUGHLINE_TEST_DATABASE_URL'];
  if (url === undefined) throw new Error('no PostgreSQL: run this test in the project "service"');
  return url;
}
async function ask(connectionString, sql) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
