import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { ProviderTarget } from './definition-factory.interface.js';

type InstanceWrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** A provider of the application that was made from a class. @internal */
export interface ExploredProvider {
  readonly target: ProviderTarget;
  /** Absent where Nest makes an instance per request or per consumer. */
  readonly instance?: object;
  readonly scope: 'singleton' | 'request' | 'transient';
  /** The module that provides it. */
  readonly moduleName: string;
}

/**
 * Walks over every provider of the application, wherever it stands.
 *
 * @internal
 */
@Injectable()
export class ProviderExplorer {
  constructor(private readonly discovery: DiscoveryService) {}

  /** Every class provider once; aliases (`useExisting`) are the same provider. */
  explore(): ExploredProvider[] {
    const seen = new Set<object>();
    const explored: ExploredProvider[] = [];
    for (const wrapper of this.discovery.getProviders()) {
      const provider = read(wrapper);
      if (provider === undefined) continue;
      const identity = provider.instance ?? provider.target;
      if (seen.has(identity)) continue;
      seen.add(identity);
      explored.push(provider);
    }
    return explored;
  }

  /** What is provided under a token, in every module that provides it. */
  valuesOf<T>(token: symbol): T[] {
    return this.discovery
      .getProviders()
      .filter((wrapper) => wrapper.token === token)
      .map((wrapper) => wrapper.instance as T);
  }

  /** Whether anything is provided under a token of that kind. */
  hasToken(isMeant: (token: unknown) => boolean): boolean {
    return this.discovery.getProviders().some(({ token }) => isMeant(token));
  }
}

function read(wrapper: InstanceWrapper): ExploredProvider | undefined {
  const moduleName = wrapper.host?.name ?? 'an unnamed module';
  const scope = scopeOf(wrapper);
  if (scope !== 'singleton') {
    // A factory's function is not a class; what it makes can only be seen per request.
    const target = wrapper.inject ? undefined : wrapper.metatype;
    return typeof target === 'function' ? { target: target as ProviderTarget, scope, moduleName } : undefined;
  }
  const instance: unknown = wrapper.instance;
  if (typeof instance !== 'object' || instance === null) return undefined;
  // By prototype rather than by `constructor`: a value's own property of that name means nothing, and may be a trap.
  const prototype = Object.getPrototypeOf(instance) as { constructor?: unknown } | null;
  const target = prototype?.constructor;
  return typeof target === 'function' ? { target: target as ProviderTarget, instance, scope, moduleName } : undefined;
}

function scopeOf(wrapper: InstanceWrapper): ExploredProvider['scope'] {
  if (wrapper.isTransient) return 'transient';
  return wrapper.isDependencyTreeStatic() ? 'singleton' : 'request';
}
