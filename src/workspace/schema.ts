import { z } from 'zod';

import { generations } from '../modules/generation.ts';
import { releaseNames } from '../modules/release-names.ts';
import { certificateKeys } from './certificate-schema.ts';
import { operationKeys } from './operation-schema.ts';
import { defaults } from './defaults.ts';
import { imageKeys } from './image-schema.ts';
import { legacy } from './legacy-schema.ts';
import { nameKeys } from './names-schema.ts';
import { nearest } from './nearest.ts';
import { pinKeys } from './pin-schema.ts';
import { protectionKeys } from './protection-schema.ts';
import { serverProblems, workspaceProblems } from './rules.ts';
import { port, text, whole } from './schema-parts.ts';
import { serverNameProblem } from './server-name.ts';
import { serviceKeys } from './services-schema.ts';
import * as values from './values.ts';

const releaseProblem: values.Check = (value) => {
  if ((releaseNames as readonly string[]).includes(value)) return undefined;
  const near = nearest(value, releaseNames) ?? releaseNames.find((name) => name.startsWith(`${value}.`));
  return `is not a known release${near === undefined ? '' : ` (did you mean "${near}"?)`}; known: ${releaseNames.join(', ')}`;
};

const login = (description: string) =>
  z
    .strictObject({ user: text(values.databaseTextProblem, { description: 'Login of SQL Server.', maxLength: 128 }) })
    .meta({ description });

const database = z
  .strictObject({
    host: text(values.hostProblem, {
      description: 'Host of SQL Server. Default: legacy.ip, then legacy.dns. 127.0.0.1 means this very box.',
    }).exactOptional(),
    port: port({ description: 'Port of SQL Server.', default: defaults.databasePort }).exactOptional(),
    name: text(values.databaseTextProblem, {
      description: 'Name of the legacy database (wiki: DATABASE_NAME).',
      maxLength: 128,
    }).exactOptional(),
    user: text(values.databaseTextProblem, {
      description: 'Login of SQL Server for the new applications. Its password is never in this file.',
      maxLength: 128,
    }).exactOptional(),
    encryption: z
      .enum(['required', 'optional'])
      .meta({ description: 'required: refuse a server without TLS.', default: defaults.encryption })
      .exactOptional(),
    migrate: login('Another login for migrations, which change tables.').exactOptional(),
    doctor: login('Another login for the doctor, which only reads.').exactOptional(),
  })
  .meta({ description: 'The legacy database (SQL Server), which the new applications share.' });

const session = z
  .strictObject({
    idle: whole(1, 1440, {
      description: 'Minutes without doing anything after which a sign-on ends. The legacy usually ends earlier.',
      default: defaults.idle,
    }).exactOptional(),
    absolute: whole(1, 1440, {
      description: 'Minutes after the login at which a sign-on ends whatever happens.',
      default: defaults.absolute,
    }).exactOptional(),
    grace: whole(0, 1440, {
      description:
        'Minutes since the last confirmation for which a user is served while the legacy as a whole is silent.',
      default: defaults.grace,
    }).exactOptional(),
    keepOnLogin: z
      .boolean()
      .meta({
        description:
          "Send the visitor's session cookie with the login, for a legacy that accepts none without (docs/gateway.md: the cost).",
        default: defaults.keepOnLogin,
      })
      .exactOptional(),
  })
  .meta({ description: 'How long a sign-on lasts.' });

const gateway = z
  .strictObject({
    dns: text(values.hostNameProblem, {
      description: 'Host name of the new entry point as users will type it (wiki: NEW_DNS).',
      pattern: values.hostNamePattern,
    }).exactOptional(),
    ...nameKeys,
    http: port({ description: 'Port for http.', default: defaults.http }).exactOptional(),
    https: port({ description: 'Port for https.', default: defaults.https }).exactOptional(),
    address: text(values.listenProblem, {
      description: 'Address of this box to listen on (wiki: NEW_IP). Default: all of them.',
    }).exactOptional(),
    ...certificateKeys,
    signOn: z
      .enum(['legacy', 'application'])
      .meta({
        description: 'legacy: the legacy login is carried over; application: the new application has its own login.',
        default: defaults.signOn,
      })
      .exactOptional(),
    ...protectionKeys,
    ...operationKeys,
    ...serviceKeys,
    session: session.exactOptional(),
    home: z
      .enum(['legacy', 'front'])
      .meta({
        description: "What the legacy's Home.aspx shows to who is signed on: itself, or the new pages at /front.",
        default: defaults.home,
      })
      .exactOptional(),
    api: z
      .strictObject({
        auth: z
          .enum(['basic', 'application'])
          .meta({
            description:
              'Who checks credentials on /api. basic: the gateway (openimis users); application: the application itself. Default: basic up to release 1.3, application from 1.4 on or with signOn: application.',
          })
          .exactOptional(),
        admin: z
          .enum(['closed', 'open'])
          .meta({ description: "Django's own pages /api/admin and /iapi/admin.", default: defaults.adminPages })
          .exactOptional(),
      })
      .meta({ description: 'The new backend for programs, below /api.' })
      .exactOptional(),
  })
  .meta({ description: 'The only entry point of the new stack.' });

const image = text(values.imageProblem, {
  description: 'Image reference: [registry/]name[:tag][@sha256:digest].',
  pattern: values.imagePattern,
}).exactOptional();
const component = (description: string) => z.strictObject({ image }).meta({ description });

const components = z
  .strictObject({
    frontend: component('The React application below /front.').exactOptional(),
    ibackend: component(
      'Django below /iapi, for signed-on users. Without it the backend serves /iapi too.',
    ).exactOptional(),
    backend: component('Django below /api, with Basic Auth or its own login.').exactOptional(),
    worker: z
      .strictObject({
        image,
        replicas: whole(1, 16, { description: 'How many run.', default: defaults.replicas }).exactOptional(),
      })
      .meta({ description: "Celery worker on the backend's pins." })
      .exactOptional(),
  })
  .meta({
    description: 'What is deployed. A component that is not listed is not; without this key: what the release has.',
  });

/** One server as an operator wrote it; nearly everything may be missing (a template lacks values). */
export const serverSchema = z
  .strictObject({
    legacy: legacy.exactOptional(),
    database: database.exactOptional(),
    gateway: gateway.exactOptional(),
    release: text(releaseProblem, {
      description: 'Upstream release: the base set of pins. Quoted, because 1.10 is not 1.1.',
      enum: releaseNames,
    }).exactOptional(),
    ...imageKeys,
    generation: z
      .enum(generations)
      .meta({ description: 'Which releases the server starts and is probed like, when there is no release.' })
      .exactOptional(),
    components: components.exactOptional(),
    ...pinKeys,
    subnet: text(values.subnetProblem, {
      description: 'IPv4 /24 for the networks of this server. Default: a free one is chosen.',
      pattern: values.subnetPattern,
    }).exactOptional(),
    healthInterval: whole(1, 3600, {
      description: 'Seconds between two health checks of a container.',
      default: defaults.healthInterval,
    }).exactOptional(),
    notDeployable: text(values.lineProblem, {
      description: 'Why this server cannot be run with Docker.',
    }).exactOptional(),
    facts: z
      .record(
        text((key) => (/^[A-Za-z][A-Za-z0-9._-]{0,63}$/.test(key) ? undefined : 'is not a name for a fact'), {
          description: 'What the fact is about.',
          pattern: '^[A-Za-z][A-Za-z0-9._-]{0,63}$',
        }),
        z.union([z.string().max(2000), z.number(), z.boolean()]),
      )
      .meta({ description: 'What is merely known about the server; nothing is computed from it.' })
      .exactOptional(),
  })
  .superRefine((server, context) => {
    for (const problem of serverProblems(server))
      context.addIssue({ code: 'custom', ...problem, path: [...problem.path] });
  })
  .meta({ description: 'One side-by-side installation.' });

export const workspaceSchema = z
  .strictObject({
    version: z.literal(1).meta({ description: 'Version of this format.' }),
    id: z
      .guid('is the id that `openimis init` wrote (a UUID); remove the line to get a new one')
      .meta({ description: 'Id of this workspace, a label on everything it deploys. Written by init; keep it.' })
      .exactOptional(),
    servers: z
      .record(
        text(serverNameProblem, { description: 'Name of the server.', pattern: '^(?!x-)[a-z](-?[a-z0-9]){0,31}$' }),
        serverSchema,
      )
      .meta({ description: 'The servers by name.' }),
  })
  .superRefine((workspace, context) => {
    for (const problem of workspaceProblems(workspace.servers))
      context.addIssue({ code: 'custom', ...problem, path: [...problem.path] });
  })
  .meta({ title: 'openimis.yaml', description: 'What openimis deploys. Keys that start with x- are free.' });

export type ServerConfig = z.infer<typeof serverSchema>;
export type WorkspaceConfig = z.infer<typeof workspaceSchema>;
