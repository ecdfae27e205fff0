import type { SiteRoot } from './environment.ts';
import { frontendPort, type GenerationFacts } from './generations.ts';
import type { Health } from './stack.ts';

/** Seconds. A first start on a slow box with a far database takes minutes; failures within `startPeriod` do not count. */
const patience = { retries: 3, web: 300, worker: 180, broker: 120, frontend: 60, gateway: 30 } as const;

/** GraphQL without a query: Django, its modules and its schema are loaded, and nothing is written anywhere. */
export function webHealth(facts: GenerationFacts, root: SiteRoot, interval: number): Health {
  return {
    test: ['python', '/openimis/health.py', `/${root}/graphql`, facts.probeAccept],
    interval,
    timeout: 15,
    retries: patience.retries,
    startPeriod: patience.web,
  };
}

/** Upstream's health page, once after a start; undefined where there is none. */
export function healthPageProbe(facts: GenerationFacts): readonly string[] | undefined {
  if (facts.healthPage === undefined) return undefined;
  return ['python', '/openimis/health.py', '--strict', facts.healthPage, 'application/json'];
}

export function workerHealth(interval: number): Health {
  return {
    test: ['/bin/sh', '/openimis/worker-health'],
    interval,
    timeout: 5,
    retries: patience.retries,
    startPeriod: patience.worker,
  };
}

/** The image's own command (templates/images/rabbitmq/health): the broker answers an AMQP header. */
export function brokerHealth(interval: number): Health {
  return {
    test: ['/usr/local/bin/health'],
    interval,
    timeout: 10,
    retries: patience.retries,
    startPeriod: patience.broker,
  };
}

/** With what the image holds: curl in ours and in nginx's, else the Node of upstream's `serve` images. */
export function frontendHealth(facts: GenerationFacts, interval: number): Health {
  const port = frontendPort(facts);
  const path = facts.frontend === 'serve' ? '/' : '/front/';
  const url = `http://127.0.0.1:${port}${path}`;
  const curl = ['curl', '--silent', '--show-error', '--fail', '--output', '/dev/null', url];
  const request = `require('http').get('${url}',r=>process.exit(r.statusCode<400?0:1)).on('error',()=>process.exit(1))`;
  const test =
    facts.frontend === 'serve'
      ? ['/bin/sh', '-c', `command -v curl >/dev/null && exec ${curl.join(' ')}; exec node -e "${request}"`]
      : curl;
  return { test, interval, timeout: 10, retries: patience.retries, startPeriod: patience.frontend };
}

export function gatewayHealth(interval: number): Health {
  return {
    test: ['openimis-gateway', 'health'],
    interval,
    timeout: 10,
    retries: patience.retries,
    startPeriod: patience.gateway,
  };
}
