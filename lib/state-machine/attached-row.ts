import { describeValue, StateError, WorkflowOptionsError } from '../core/errors/index.js';
import { knownOptions, refuseUnknownOptions, text } from '../core/options/index.js';
import type { AttachedEntity, MachinePlan } from './machine-plan.js';

const ENTITY = knownOptions<AttachedEntity>({ target: true, id: true, status: true });

/** @throws WorkflowOptionsError for an `entity` that could name no row @internal */
export function checkEntity(entity: AttachedEntity | undefined, place: string): void {
  if (entity === undefined) return;
  refuseUnknownOptions(entity, ENTITY, place, 'entity');
  const { target, id, status } = entity;
  const isTarget = typeof target === 'function' || (typeof target === 'object' && target !== null);
  if (!isTarget && text(target as string | undefined, `entity.target of ${place}`) === undefined) {
    throw new WorkflowOptionsError({
      option: `entity.target of ${place}`,
      value: target,
      expected: "the entity's class, its schema, or its name",
    });
  }
  text(id, `entity.id of ${place}`);
  text(status, `entity.status of ${place}`);
}

/** As much of TypeORM's `EntityManager` as is used here. */
interface EntityKnowing {
  readonly connection?: { hasMetadata?(target: unknown): boolean };
}

/**
 * Reads or writes the row of a machine, and says in our words what the database binding says of an entity that is not as it was named.
 *
 * @throws StateError
 * @internal
 */
export async function onRow<T>(
  { name, options }: MachinePlan,
  id: string,
  manager: unknown,
  work: () => Promise<T>,
): Promise<T> {
  const entity = options.entity as AttachedEntity;
  const cannot = (fault: string, cause?: unknown): StateError =>
    new StateError(`The state machine "${name}" cannot reach its row: ${fault}`, { cause });
  // Of an unknown one a write would take the name for that of a table.
  if ((manager as EntityKnowing).connection?.hasMetadata?.(entity.target) === false) {
    throw cannot(
      `the data source knows no entity ${describeValue(entity.target)}. Put its class among the entities of the data source.`,
    );
  }
  try {
    return await work();
  } catch (error) {
    const fault = faultOf(error, id, entity);
    throw fault === undefined ? error : cannot(fault, error);
  }
}

function faultOf(error: unknown, machineId: string, { target, id = 'id', status = 'status' }: AttachedEntity) {
  const { name, driverError } = error as {
    readonly name?: unknown;
    readonly driverError?: { readonly code?: unknown };
  };
  if (name === 'EntityPropertyNotFoundError') {
    return `the entity ${describeValue(target)} has no property "${id}" or none "${status}". Name its properties in entity: { target, id, status }.`;
  }
  // The text stands for no value of the column's type, as one that is no UUID.
  return driverError?.code === '22P02' ? `none can have the ${id} "${machineId}".` : undefined;
}
