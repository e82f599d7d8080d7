// A Vendure shop as a merchant would run it, in one process: both APIs and the job queue.
// Everything comes from the environment: SHOP_PORT, SHOP_DATABASE (postgres://user@host:port/name),
// SHOP_ADMIN_PASSWORD. Prints "READY" when it answers. Started by tests/vendure/shop.
const path = require('node:path');
const { createRequire } = require('node:module');
const { Readable } = require('node:stream');
// The packages live in the folder that tests/setup/install filled, not beside this file.
const packages = createRequire(path.join(process.env.SHOP_PACKAGES, 'package.json'));
const { Client } = packages('pg');
const {
  bootstrap, DefaultJobQueuePlugin, DefaultLogger, DefaultSearchPlugin, dummyPaymentHandler, JobQueueService,
  LanguageCode, LogLevel, manualFulfillmentHandler,
} = packages('@vendure/core');

const database = new URL(process.env.SHOP_DATABASE);
const connection = {
  host: database.hostname,
  port: Number(database.port || 5432),
  user: decodeURIComponent(database.username),
  password: decodeURIComponent(database.password),
};
const name = database.pathname.slice(1) || 'vendure';

async function createDatabase() {
  const client = new Client({ ...connection, database: 'postgres' });
  await client.connect();
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (rowCount === 0) await client.query(`CREATE DATABASE "${name.replaceAll('"', '""')}"`);
  await client.end();
}

// Pictures are kept in memory, as they come. A real shop keeps them with its asset server plug-in.
const files = new Map();
const assetStorageStrategy = {
  writeFileFromBuffer: async (fileName, data) => { files.set(fileName, data); return fileName; },
  writeFileFromStream: async (fileName, stream) => {
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    files.set(fileName, Buffer.concat(chunks));
    return fileName;
  },
  readFileToBuffer: async (identifier) => files.get(identifier),
  readFileToStream: async (identifier) => Readable.from(files.get(identifier)),
  deleteFile: async (identifier) => { files.delete(identifier); },
  fileExists: async (fileName) => files.has(fileName),
};
const assetPreviewStrategy = { generatePreviewImage: async (_, __, data) => data };

const { user: username, ...server } = connection;
const config = {
  apiOptions: { port: Number(process.env.SHOP_PORT), hostname: '127.0.0.1', adminApiPath: 'admin-api', shopApiPath: 'shop-api' },
  authOptions: {
    tokenMethod: ['bearer', 'cookie'],
    superadminCredentials: { identifier: 'superadmin', password: process.env.SHOP_ADMIN_PASSWORD },
    cookieOptions: { secret: 'a test shop has no secrets' },
  },
  dbConnectionOptions: { type: 'postgres', ...server, username, database: name, synchronize: true },
  paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
  shippingOptions: { fulfillmentHandlers: [manualFulfillmentHandler] },
  assetOptions: { assetStorageStrategy, assetPreviewStrategy },
  // Vendure has no fields for them; these are the merchant's own.
  customFields: {
    ProductVariant: [
      { name: 'ean', type: 'string' },
      { name: 'grams', type: 'int' },
      { name: 'kilograms', type: 'float' },
      { name: 'shelf', type: 'string' },
    ],
  },
  defaultLanguageCode: LanguageCode.de,
  logger: new DefaultLogger({ level: LogLevel.Info, timestamp: true }),
  plugins: [DefaultJobQueuePlugin.init({ pollInterval: 200 }), DefaultSearchPlugin],
};

createDatabase()
  .then(() => bootstrap(config))
  .then((app) => app.get(JobQueueService).start())
  .then(() => console.log('READY'))
  .catch((error) => { console.error(error); process.exit(1); });
