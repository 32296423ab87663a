import { DiscoveryService, type ModulesContainer } from '@nestjs/core';
import { ClassMetadata } from './class-metadata.accessor.js';
import type { ProviderTarget } from './definition-factory.interface.js';

type InstanceWrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** A provider of the application that was made from a decorated class. @internal */
export interface ExploredProvider {
  readonly target: ProviderTarget;
  /** Absent where Nest makes an instance per request or per consumer. */
  readonly instance?: object;
  readonly scope: 'singleton' | 'request' | 'transient';
  /** The module that provides it. */
  readonly moduleName: string;
}

/**
 * Every provider of the application, wherever it stands, as it is when this is made: once all are, and for no longer than the
 * application starts.
 *
 * @internal
 */
export class ProviderExplorer {
  private readonly wrappers: readonly InstanceWrapper[];
  private explored: readonly ExploredProvider[] | undefined;

  constructor(modules: ModulesContainer) {
    // Made here: to import Nest's module of it would cost every application one more module to start.
    this.wrappers = new DiscoveryService(modules).getProviders();
  }

  /** Every provider once whose class carries a decorator of ours; aliases (`useExisting`) are the same provider. */
  explore(): readonly ExploredProvider[] {
    return (this.explored ??= decoratedProviders(this.wrappers));
  }

  /** What is provided under a token, in every module that provides it. */
  valuesOf<T>(token: symbol): T[] {
    return this.wrappers.filter((wrapper) => wrapper.token === token).map((wrapper) => wrapper.instance as T);
  }

  /** Whether anything is provided under a token of that kind. */
  hasToken(isMeant: (token: unknown) => boolean): boolean {
    return this.wrappers.some(({ token }) => isMeant(token));
  }
}

function decoratedProviders(wrappers: readonly InstanceWrapper[]): ExploredProvider[] {
  const byIdentity = new Map<object, ExploredProvider>();
  for (const wrapper of wrappers) {
    const provider = read(wrapper);
    if (provider === undefined || !ClassMetadata.isOn(provider.target)) continue;
    const identity = provider.instance ?? provider.target;
    if (!byIdentity.has(identity)) byIdentity.set(identity, provider);
  }
  return [...byIdentity.values()];
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
