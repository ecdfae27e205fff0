import { label } from '../stack/labels.ts';
import type { FileMount, Network, Project, Service, Stack } from '../stack/stack.ts';
import type { SecretName } from '../workspace/server.ts';
import type { RenderedProject } from './rendered.ts';
import { guardService } from './start-guard.ts';
import type { Templates } from './templates/load.ts';
import { fileMode, type Literal, literal, type Plain, printYaml, withDoubledDollars } from './yaml.ts';

/** Compose reads a secret from this variable of its own environment; the file only has the name. */
export function secretVariable(secret: SecretName): string {
  return `OPENIMIS_SECRET_${secret}`;
}

/**
 * compose.yaml of one of the stack's projects. Deterministic; holds no secret. Throws BUG for a service without a health
 * check or one that would run upstream's `start`.
 */
export function renderProject(project: Project, stack: Stack, templates: Templates): RenderedProject {
  project.services.forEach(guardService);
  const secrets = [
    ...new Set(project.services.flatMap((service) => service.secrets.map(({ secret }) => secret))),
  ].sort();
  const files = configsOf(project, templates);
  const file: Plain = {
    name: project.name,
    services: Object.fromEntries(
      project.services.map((service) => [service.name, composeService(service, project, stack)]),
    ),
    networks: Object.fromEntries(
      project.networks.map((network) => [network.name, composeNetwork(network, project, stack)]),
    ),
    ...(project.volumes.length === 0
      ? {}
      : {
          volumes: Object.fromEntries(
            project.volumes.map((name) => [volumeKey(name, project), { name, labels: labelsOf(stack) }]),
          ),
        }),
    ...(Object.keys(files).length === 0 ? {} : { configs: files }),
    ...(secrets.length === 0
      ? {}
      : { secrets: Object.fromEntries(secrets.map((name) => [name, { environment: secretVariable(name) }])) }),
  };
  return {
    name: project.name,
    compose: printYaml(withDoubledDollars(file), comment(project, stack)),
    secretVariables: secrets.map(secretVariable),
  };
}

function comment(project: Project, stack: Stack): string {
  const what = project.networksAreExternal ? `revision ${stack.revision}: the applications` : 'what lives long';
  return ` Server ${stack.server}, ${what}. Written by openimis; change openimis.yaml and deploy instead.`;
}

function labelsOf(stack: Stack): Record<string, string> {
  return {
    [label.workspace]: stack.workspace,
    [label.server]: stack.server,
    ...(stack.gateway.sandbox ? { [label.sandbox]: 'true' } : {}),
  };
}

/** Containers of a revision say which; those that live long are not of any. */
function serviceLabels(service: Service, project: Project, stack: Stack): Record<string, string> {
  return {
    ...labelsOf(stack),
    [label.component]: service.component,
    ...(service.component === 'gateway' ? { [label.gatewayDns]: stack.gateway.dns } : {}),
    ...(service.component === 'gateway' ? { [label.gatewayDns]: stack.gateway.dns } : {}),
    ...(project.networksAreExternal
      ? {
          [label.revision]: String(stack.revision),
          [label.pinsHash]: stack.pinsHash,
          [label.secretsHash]: stack.secretsHash,
        }
      : {}),
  };
}

function composeService(service: Service, project: Project, stack: Stack): Plain {
  const { environment, secrets, files, volumes, ports, extraHosts, tmpfs = [], capabilities = [] } = service;
  return {
    image: service.image,
    // Images are brought and looked at before; `up` must not fetch another one.
    pull_policy: 'never',
    ...optional('hostname', service.hostname),
    ...optional('user', service.user),
    ...optional('entrypoint', service.entrypoint),
    ...optional('command', service.command),
    init: service.init,
    restart: 'unless-stopped',
    ...(service.readOnly === true ? { read_only: true } : {}),
    cap_drop: ['ALL'],
    ...many('cap_add', capabilities),
    security_opt: ['no-new-privileges:true'],
    mem_limit: service.memory,
    ...(service.nofile === undefined ? {} : { ulimits: { nofile: { soft: service.nofile, hard: service.nofile } } }),
    ...optional('stop_signal', service.stopSignal),
    stop_grace_period: `${service.stopGrace}s`,
    ...(service.replicas === 1 ? {} : { deploy: { replicas: service.replicas } }),
    ...(Object.keys(environment).length === 0 ? {} : { environment }),
    ...many('secrets', [...new Set(secrets.map(({ secret }) => secret))]),
    ...many(
      'configs',
      files.map(({ name, target, mode }) => ({ source: name, target, mode: fileMode(mode) })),
    ),
    ...many(
      'volumes',
      volumes.map(({ volume, target }) => ({ type: 'volume', source: volumeKey(volume, project), target })),
    ),
    ...many('tmpfs', tmpfs),
    ...many(
      'ports',
      ports.map(({ host, container, address }) => ({
        target: container,
        published: String(host),
        ...optional('host_ip', address),
        protocol: 'tcp',
      })),
    ),
    networks: composeAttachments(service),
    ...many(
      'extra_hosts',
      Object.entries(extraHosts).map(([name, address]) => `${name}:${address}`),
    ),
    healthcheck: {
      test: ['CMD', ...service.health.test],
      interval: `${service.health.interval}s`,
      timeout: `${service.health.timeout}s`,
      retries: service.health.retries,
      start_period: `${service.health.startPeriod}s`,
    },
    labels: serviceLabels(service, project, stack),
    logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '5' } },
  };
}

function composeAttachments(service: Service): Plain {
  return Object.fromEntries(
    Object.entries(service.networks).map(([name, { address, aliases = [] }]) => [
      name,
      { ...optional('ipv4_address', address), ...many('aliases', aliases) },
    ]),
  );
}

function composeNetwork(network: Network, project: Project, stack: Stack): Plain {
  if (project.networksAreExternal) return { name: network.fullName, external: true };
  return {
    name: network.fullName,
    driver: 'bridge',
    internal: network.internal,
    // `internal` keeps packets from being forwarded, but the box itself would still answer at its end of the bridge.
    ...(network.internal ? { driver_opts: { 'com.docker.network.bridge.inhibit_ipv4': 'true' } } : {}),
    ipam: { config: [{ subnet: network.subnet, ip_range: network.range, gateway: network.bridge }] },
    labels: labelsOf(stack),
  };
}

/** Inside the file a volume is called without its project: the key is what Compose itself writes into a label. */
function volumeKey(name: string, project: Project): string {
  return name.startsWith(`${project.name}_`) ? name.slice(project.name.length + 1) : name;
}

function configsOf(project: Project, templates: Templates): Record<string, { readonly content: Literal }> {
  const contents = new Map<string, string>();
  for (const file of project.services.flatMap(({ files }) => files)) {
    const content = contentOf(file, templates);
    if ((contents.get(file.name) ?? content) !== content) throw new Error(`two files are called ${file.name}`);
    contents.set(file.name, content);
  }
  return Object.fromEntries([...contents].map(([name, content]) => [name, { content: literal(content) }]));
}

function contentOf(file: FileMount, templates: Templates): string {
  if ('content' in file) return file.content;
  const content = templates.get(file.template);
  if (content === undefined) throw new Error(`templates/${file.template} is missing`);
  return content;
}

function optional(key: string, value: string | readonly string[] | undefined): { readonly [key: string]: Plain } {
  return value === undefined ? {} : { [key]: value };
}

function many(key: string, values: readonly Plain[]): { readonly [key: string]: Plain } {
  return values.length === 0 ? {} : { [key]: values };
}
