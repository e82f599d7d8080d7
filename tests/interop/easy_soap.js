// The script of run.py with the npm package `easy-soap-request`, which knows no WSDL: the envelopes are made and read
// by hand, as a program without a SOAP library does it. The payloads are those of node_soap.js.

'use strict';
const soapRequest = require('easy-soap-request');
const { XMLParser } = require('fast-xml-parser');
const { run } = require('./node_soap.js');

// guide: connect
const escaped = (value) => String(value).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

function xml(name, value) {
  if (Array.isArray(value)) return value.map((one) => xml(name, one)).join('');
  const content = Object(value) === value ? Object.entries(value).map(([key, one]) => xml(key, one)).join('') : escaped(value);
  return `<${name}>${content}</${name}>`;
}

const parser = new XMLParser({ removeNSPrefix: true, parseTagValue: false, trimValues: false });
const body = (text) => parser.parse(text).Envelope.Body;

async function connect(user, password) {
  const headers = {
    'Content-Type': 'text/xml; charset=utf-8',
    SOAPAction: '""',
    Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
  };
  return async (operation, request) => {
    const envelope = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
      + `<${operation} xmlns="urn:kontor:v1">${xml('request', request)}</${operation}></s:Body></s:Envelope>`;
    const { response } = await soapRequest({ url: `${process.env.KONTOR_URL}/ws/v1`, headers, xml: envelope, timeout: 60000 });
    return body(response.body)[`${operation}Response`].result;
  };
}
// end

// The package throws the text of a fault, or an error of its HTTP library.
console.log('note: connect: it knows no WSDL, so messages are made by hand');
run({
  connect,
  faultOf: (thrown) => body(thrown.response?.data ?? thrown).Fault,
  refused: (thrown) => thrown.response?.status === 401 || /KONTOR-1001/.test(thrown),
});
