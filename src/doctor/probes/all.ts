import type { Probes } from '../facts.ts';
import { database } from './database.ts';
import { server } from './server.ts';

export const probes: Probes = { server, database };
