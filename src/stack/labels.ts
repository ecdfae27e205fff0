/** Labels on everything we make on an engine; nothing without them is ever touched. */
export const label = {
  workspace: 'org.openimis.workspace',
  server: 'org.openimis.server',
  component: 'org.openimis.component',
  revision: 'org.openimis.revision',
  pinsHash: 'org.openimis.pins-hash',
  /** Keyed hash of the secrets: a changed secret makes a new revision. */
  secretsHash: 'org.openimis.secrets-hash',
  sandbox: 'org.openimis.sandbox',
  /** On the gateway: the name it answers to; two servers of one name share cookies and are refused. */
  gatewayDns: 'org.openimis.gateway-dns',
} as const;
