import type { DockerLook } from '../engines/docker/look.ts';
import type { BoxLook } from '../engines/docker/look-at-box.ts';
import type { DatabaseInspection } from '../legacy/inspect-database.ts';
import type { WebsiteInspection } from '../legacy/inspect-website.ts';
import type { LegacyTarget } from '../stack/stack.ts';
import type { Database, Legacy, Server } from '../workspace/server.ts';
import type { World } from './world.ts';

/** What the probes find out. Each touches the world once per run, whoever asks. */
export type Facts = {
  readonly server: Server;
  readonly database: DatabaseFacts;
  readonly website: WebsiteFacts;
  readonly box: BoxLook;
  readonly docker: DockerLook;
  /** What the box must be big enough and free for; without a server, an ordinary one. */
  readonly wish: Wish;
};

export type Wish = {
  readonly server?: Server;
  /** Bytes of memory that the containers use, while two revisions run. */
  readonly memory: number;
  readonly gatewayAddresses: readonly string[];
  /** Addresses that containers must reach: the legacy and its database. */
  readonly far: readonly { readonly address: string; readonly what: string }[];
};

export type WebsiteFacts = WebsiteInspection & {
  readonly legacy: Legacy;
  readonly target: LegacyTarget;
  /** `http://host:port` for people. */
  readonly where: string;
  readonly gatewayDns: string;
  readonly from?: string;
};

export type DatabaseFacts = DatabaseInspection & {
  readonly settings: Database;
  /** `host:port` for people. */
  readonly where: string;
  /** Address of this box towards SQL Server, for its firewall. */
  readonly from?: string;
  /** The password is in the secrets file, and what it is compared with stays here. */
  readonly publishedPassword: boolean;
};

export type ProbeName = keyof Facts;

/** A probe that cannot look, and why: the checks that want its facts are skipped for this reason. */
export class NothingToSee extends Error {}

export type Use = <P extends ProbeName>(name: P) => Promise<Facts[P]>;

export type Probe<P extends ProbeName> = {
  /** What is being waited for, for people. */
  readonly title: string;
  /** Seconds until the runner no longer waits: longer than what the probe itself allows. */
  readonly patience: (world: World) => number;
  readonly look: (world: World, use: Use) => Promise<Facts[P]>;
};

export type Probes = { readonly [P in ProbeName]: Probe<P> };
