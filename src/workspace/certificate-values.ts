import type { Check } from './values.ts';

/** The plain form of an address: no quotes, no comments, ASCII. */
export const emailPattern = '^[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63})+$';
const email = new RegExp(emailPattern);

export const emailProblem: Check = (value) =>
  value.length <= 254 && email.test(value) ? undefined : 'is not an e-mail address in its plain form: name@example.org';

/** https, host, port and path; nothing that a shell or nginx would read as more than text. */
export const directoryPattern = '^https://[A-Za-z0-9.\\[\\]:-]+(/[A-Za-z0-9._~%-]+)*/?$';
const directory = new RegExp(directoryPattern);

export const directoryProblem: Check = (value) => {
  if (value.startsWith('http://')) return 'starts with https://: whoever asks for certificates must know whom he asks';
  if (value.length <= 500 && directory.test(value) && URL.canParse(value)) return undefined;
  return 'is not the address of an ACME directory: https://host[:port]/path, without ? and #';
};

export const longestPem = 100_000;
const pem = /^(-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/;

export const pemProblem: Check = (value) =>
  value.length <= longestPem && pem.test(value.trim())
    ? undefined
    : 'is not PEM: -----BEGIN CERTIFICATE----- ... (certificates only)';
