import { defineCheck } from '../../check.ts';
import { ok, problem, skipped } from '../../finding.ts';

const everywhere = ['0.0.0.0', '::'];

export const check = defineCheck({
  title: 'the ports of the gateway are free, or its own',
  expected: 'nobody but Docker on gateway.http and gateway.https',
  why: 'two programs cannot listen on one port: the gateway would not start',
  probes: ['wish', 'box', 'docker'],
  judge: ({ wish: { server }, box: { listeners }, docker: { remote, published } }) => {
    if (server === undefined) return skipped('no server was named');
    if (remote) return skipped('the engine is on another box');
    const { http, https, address = '0.0.0.0' } = server.gateway;
    const own = [`openimis-${server.name}-`, `openimis-sandbox-${server.name}-`];
    const containers = published.filter(({ port }) => port === http || port === https);
    const taken = [
      ...containers
        .filter(({ container }) => !own.some((prefix) => container.startsWith(prefix)))
        .map(({ port, container }) => ({ port, owner: `container ${container}` })),
      // What Docker publishes is named by its container, above.
      ...listeners.filter(
        (one) =>
          !containers.some(({ port }) => port === one.port) &&
          (everywhere.includes(one.address) || everywhere.includes(address) || one.address === address),
      ),
    ];
    if (taken.length === 0) return ok(`${http} and ${https}${containers.length > 0 ? ', its own' : ''}`);
    const words = [...new Set(taken.map(({ port, owner }) => `port ${port} is taken by ${owner}`))];
    return problem(words.join('; '), [
      `sudo ss -ltnp 'sport = :${taken[0]?.port ?? http}'    then stop and disable that service`,
      'or other ports: gateway.http and gateway.https in openimis.yaml',
    ]);
  },
});
