/** What applies when openimis.yaml says nothing. Ports, seconds. */
export const defaults = {
  databasePort: 1433,
  encryption: 'required',
  http: 80,
  https: 443,
  certificate: 'self-signed',
  acmeDirectory: 'https://acme-v02.api.letsencrypt.org/directory',
  signOn: 'legacy',
  /** Minutes. */
  idle: 60,
  absolute: 720,
  grace: 10,
  keepOnLogin: false,
  home: 'legacy',
  adminPages: 'closed',
  servicesHttp: 'redirect',
  replicas: 1,
  healthInterval: 10,
  guessing: { perAddress: 10, site: 200, window: 300 },
  auditDays: 365,
  auditMegabytes: 512,
} as const;
