// A Medusa shop as a merchant would run it, in one process: admin and store API, without Redis and without the dashboard.
// Everything comes from the environment: SHOP_PORT, SHOP_DATABASE (postgres://user@host:port/name), SHOP_ADMIN,
// SHOP_ADMIN_PASSWORD, SHOP_PACKAGES. The working folder becomes the shop's project. Prints "READY" when it answers.
// Started by tests/medusa/shop.
const fs = require('node:fs');
const path = require('node:path');
const { fork } = require('node:child_process');
const { createRequire } = require('node:module');
const packages = createRequire(path.join(process.env.SHOP_PACKAGES, 'package.json'));
const directory = process.cwd();

async function createDatabase() {
  const { Client } = packages('pg');
  const database = new URL(process.env.SHOP_DATABASE);
  const name = database.pathname.slice(1);
  const client = new Client({
    host: database.hostname, port: Number(database.port || 5432), database: 'postgres',
    user: decodeURIComponent(database.username), password: decodeURIComponent(database.password),
  });
  await client.connect();
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (rowCount === 0) await client.query(`CREATE DATABASE "${name.replaceAll('"', '""')}"`);
  await client.end();
}

/** A project is a folder with a configuration and the packages; Medusa looks for both there. */
function makeProject() {
  const link = path.join(directory, 'node_modules');
  if (!fs.existsSync(link)) fs.symlinkSync(path.join(process.env.SHOP_PACKAGES, 'node_modules'), link);
  fs.copyFileSync(path.join(__dirname, 'medusa-config.js'), path.join(directory, 'medusa-config.js'));
  fs.writeFileSync(path.join(directory, 'package.json'), '{ "name": "shop", "private": true }\n');
}

/** In a process of its own: modules that were loaded for it cannot serve afterwards. */
async function migrate() {
  process.env.MEDUSA_WORKER_MODE = 'server';
  const { initializeContainer } = packages('@medusajs/medusa/loaders/index');
  const container = await initializeContainer(directory);
  const done = await packages('@medusajs/medusa/commands/db/migrate').migrate({
    directory, container, logger: container.resolve('logger'), skipScripts: true, skipSearch: true, executeAllLinks: true, allOrNothing: true,
  });
  process.exit(done ? 0 : 1);
}

function migrated() {
  return new Promise((resolve, reject) => {
    const child = fork(__filename, ['migrate'], { cwd: directory });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`the migrations ended with ${code}`))));
  });
}

/** The merchant, who may do everything. The API has no way to make the first one. */
async function createAdmin() {
  const { container } = packages('@medusajs/framework');
  const { createUsersWorkflow } = packages('@medusajs/core-flows');
  const email = process.env.SHOP_ADMIN;
  if ((await container.resolve('user').listUsers({ email })).length > 0) return;
  const { result } = await createUsersWorkflow(container).run({ input: { users: [{ email }] } });
  const auth = container.resolve('auth');
  const { authIdentity, error } = await auth.register('emailpass', { body: { email, password: process.env.SHOP_ADMIN_PASSWORD } });
  if (error) throw new Error(error);
  await auth.updateAuthIdentities({ id: authIdentity.id, app_metadata: { user_id: result[0].id } });
}

async function serve() {
  makeProject();
  await createDatabase();
  await migrated();
  await packages('@medusajs/medusa/commands/start').default({ directory, port: Number(process.env.SHOP_PORT), host: '127.0.0.1' });
  await createAdmin();
  console.log('READY');
}

(process.argv[2] === 'migrate' ? migrate() : serve()).catch((error) => {
  console.error(error);
  process.exit(1);
});
