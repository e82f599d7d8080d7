const { defineConfig } = require('@medusajs/framework/utils');

const url = `http://127.0.0.1:${process.env.SHOP_PORT}`;

module.exports = defineConfig({
  projectConfig: {
    // The server of the tests speaks no TLS, and Medusa's driver asks for it.
    databaseUrl: `${process.env.SHOP_DATABASE}?sslmode=disable`,
    http: { storeCors: url, adminCors: url, authCors: url, jwtSecret: 'a test shop has no secrets', cookieSecret: 'a test shop has no secrets' },
  },
  admin: { disable: true },
  // Pictures are kept in the folder `static` of the shop, and named by its own address.
  modules: [
    {
      resolve: '@medusajs/medusa/file',
      options: { providers: [{ resolve: '@medusajs/medusa/file-local', id: 'local', options: { backend_url: `${url}/static` } }] },
    },
  ],
});
