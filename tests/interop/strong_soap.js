// The script of run.py with the npm package `strong-soap`; the payloads are those of node_soap.js.

'use strict';
const { soap } = require('strong-soap');
const { run } = require('./node_soap.js');

// guide: connect
function connect(user, password) {
  return new Promise((resolve, reject) => {
    soap.createClient(`${process.env.KONTOR_URL}/ws/v1?wsdl`, {}, (error, client) => {
      if (error) return reject(error);
      client.setSecurity(new soap.BasicAuthSecurity(user, password));
      resolve(async (operation, request) => {
        const { result } = await client[operation]({ request }, { timeout: 60000 });
        return result.result ?? {};
      });
    });
  });
}
// end

run({
  connect,
  faultOf: (error) => error.Fault ?? error.root?.Envelope?.Body?.Fault,
  refused: (error) => (error.response?.statusCode ?? error.response?.status) === 401,
});
