import type { Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import type { EventBus } from '@nestjs/cqrs';
import type { WorkflowClient } from '../client/index.js';
import type { DefinitionRegistry, WorkflowDefinition } from '../core/definition/index.js';
import { WorkflowDefinitionError, WorkflowOptionsError } from '../core/errors/index.js';
import type { WorkflowLogger } from '../core/lifecycle/index.js';
import type { ProviderExplorer } from '../discovery/index.js';
import type { EventOutlet } from './event-outlet.js';
import { toEventClass } from './events/index.js';
import { HandlerGate } from './handler-gate.js';
import { TriggerPublisher, hasTriggers, triggersOf, type Trigger } from './triggers/index.js';

/** What the bridge connects. @internal */
export interface CqrsConnection {
  readonly outlet: EventOutlet;
  readonly client: WorkflowClient;
  readonly registry: DefinitionRegistry;
  readonly logger: WorkflowLogger;
  /** Whether lifecycle events go to the event bus; absent: if there is one. */
  readonly publish: boolean | undefined;
}

interface EventBuses {
  readonly buses: readonly EventBus[];
  /** Whether CQRS itself registers the event handlers while the application boots. */
  readonly areHandlersRegistered: boolean;
}

/**
 * Connects the engine with the application's CQRS event bus, in both directions.
 *
 * @internal
 */
export class CqrsBridge {
  constructor(
    private readonly moduleRef: ModuleRef,
    private readonly providers: ProviderExplorer,
  ) {}

  /**
   * @returns What disconnects again.
   * @throws WorkflowDefinitionError for wrong use of `@StartOn` or `@SignalOn`, or when they have no event bus to listen to.
   */
  async connect(connection: CqrsConnection): Promise<() => void> {
    const { buses, areHandlersRegistered } = await this.findBuses();
    const triggers = this.triggers(connection);
    if (triggers.length > 0 && buses.length === 0) {
      throw new WorkflowDefinitionError(
        `${triggers[0]?.place ?? ''} needs the CQRS event bus, and there is none. Import CqrsModule.forRoot() in the application's root module.`,
      );
    }
    if (triggers.length > 0) {
      for (const bus of buses) intercept(bus, triggers, connection);
    }
    return this.publishOn({ buses, areHandlersRegistered }, connection);
  }

  /** Loads CQRS only where the application does. */
  private async findBuses(): Promise<EventBuses> {
    if (!this.providers.hasToken(isEventBusClass)) return { buses: [], areHandlersRegistered: false };
    const { CqrsModule, EventBus } = await import('@nestjs/cqrs');
    return { buses: this.instancesOf(EventBus), areHandlersRegistered: this.instancesOf(CqrsModule).length > 0 };
  }

  private publishOn(
    { buses, areHandlersRegistered }: EventBuses,
    { outlet, logger, publish }: CqrsConnection,
  ): () => void {
    if (publish === false) return () => undefined;
    // The one registered last is what the application's own ModuleRef.get(EventBus) answers.
    const eventBus = buses.at(-1);
    if (eventBus === undefined) {
      if (publish === undefined) return () => undefined;
      const expected = "false or left out, unless CqrsModule.forRoot() is imported in the application's root module";
      throw new WorkflowOptionsError({ option: 'events.cqrs', value: publish, expected });
    }
    if (buses.length > 1) {
      logger.warn(
        'There are several CQRS event buses, and lifecycle events go to one of them. Import CqrsModule.forRoot() once, in the root module, and CqrsModule nowhere else.',
      );
    }
    const gate = new HandlerGate(eventBus);
    // A bus that some other module provides has its handlers registered by nobody we could wait for.
    if (!areHandlersRegistered) gate.open();
    return outlet.subscribe((event) => gate.pass(() => eventBus.publish(toEventClass(event)) as unknown));
  }

  private triggers({ registry, logger }: CqrsConnection): Trigger[] {
    const definitions = new Map<object, WorkflowDefinition>();
    for (const definition of registry.all()) {
      if (definition.target !== undefined) definitions.set(definition.target, definition);
    }
    const targets = new Set(this.providers.explore().map(({ target }) => target));
    return [...targets].filter(hasTriggers).flatMap((target) => {
      const definition = definitions.get(target);
      if (definition !== undefined) return triggersOf(target, definition, logger);
      throw new WorkflowDefinitionError(
        `The class ${target.name} carries @StartOn or @SignalOn but is no workflow. Put @Workflow on it, or move them to the workflow they are meant for.`,
      );
    });
  }

  private instancesOf<T>(type: Type<T>): T[] {
    try {
      return [...new Set(this.moduleRef.get(type, { strict: false, each: true }))];
    } catch {
      // ModuleRef throws where nothing is provided under the token: the application does without CQRS.
      return [];
    }
  }
}

/** Told by what it can do: a bundler may rename the class. */
function isEventBusClass(token: unknown): boolean {
  return typeof token === 'function' && typeof (token.prototype as EventBus | undefined)?.registerSagas === 'function';
}

/**
 * Puts the triggers before the publisher of a bus, whatever publisher that is or becomes: one that is set later, as some set
 * theirs in a lifecycle hook, takes the place of the inner one. So triggers are never bypassed, and whoever reads the publisher
 * finds the application's own, to wrap it if need be.
 */
function intercept(bus: EventBus, triggers: readonly Trigger[], { client, logger }: CqrsConnection): void {
  const publisher = new TriggerPublisher(bus.publisher, triggers, client, logger);
  bus.publisher = publisher;
  Object.defineProperty(bus, 'publisher', {
    configurable: true,
    enumerable: true,
    get: () => publisher.inner,
    set: (replacement: TriggerPublisher['inner']) => {
      publisher.inner = replacement;
    },
  });
}
