import { Injectable, Module, type INestApplication, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { MemoryStore, StateMachineService, WorkflowModule, WorkflowClient } from 'nestjs-workflow';
import {
  Action,
  DatabaseStatePersistence,
  Guard,
  StateMachine,
  StateMachineWorkflow,
  StatePersistence,
  Step,
  type AttachedEntity,
} from 'nestjs-workflow/state-machine';
import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm';
import { createMachine } from 'xstate';
import { Parcel } from '../src/parcels/parcel.entity.js';
import { Carrier, ParcelListener, ParcelMachine, parcelMachine } from '../src/parcels/parcel.machine.js';
import { silentNestLogger } from '../utils/silent-nest-logger.js';
import { testApplication } from '../utils/test-application.js';
import { createTestDatabase, type TestDatabase } from '../utils/test-database.js';

@Entity()
class Crate {
  @PrimaryColumn('int')
  id!: number;

  @Column('text')
  status!: string;
}

const crateMachine = createMachine({
  initial: 'up',
  states: { up: { on: { TURN: 'down' } }, down: { on: { TURN: 'up' } } },
});

@Module({ providers: [Carrier, ParcelMachine, ParcelListener] })
class ParcelsModule {}

describe('A state machine in an application with TypeORM', () => {
  let database: TestDatabase;
  let app: INestApplication;
  let machines: StateMachineService;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await testApplication()
      .workflows({ typeorm: { stateTable: 'parcel_history' } })
      .with(
        ParcelsModule,
        TypeOrmModule.forRoot({ type: 'postgres', url: database.url, entities: [Parcel, Crate], synchronize: true }),
      )
      .init();
    machines = app.get(StateMachineService);
    machines.register('crate', crateMachine);
    dataSource = app.get(DataSource);
  });

  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const statusOf = async (id: string) => (await dataSource.manager.findOneByOrFail(Parcel, { id })).status;

  it('guards, acts and answers with what its class injects, and shows its state in the row', async () => {
    const handle = await dataSource.transaction(async (manager) => {
      await manager.insert(Parcel, { id: 'p-1', status: 'new' });
      return machines.create(parcelMachine, { id: 'p-1', input: { weight: 12 }, transaction: manager });
    });
    expect(await statusOf('p-1')).toBe('open');
    await handle.send({ type: 'PACK' });
    const sent = await handle.waitFor(({ value }) => value === 'sent', { timeout: '20s' });
    await app.get(WorkflowClient).result(`p-1/transition#${sent.version}`);

    expect(sent.context).toEqual({ weight: 12, track: 'track 12' });
    expect(await statusOf('p-1')).toBe('sent');
    expect(app.get(Carrier).calls).toEqual(['stamp true', 'notify track 12 true']);
    expect(app.get(ParcelListener).heard).toEqual([
      'p-1 1:  $created open',
      'p-1 2: open PACK booking',
      `p-1 3: booking xstate.done.actor.0.(machine).booking sent`,
    ]);
    expect(await dataSource.query('SELECT count(*)::int AS rows FROM parcel_history')).toEqual([{ rows: 3 }]);
    expect(await app.get(StatePersistence).load('p-1')).toMatchObject({ version: 3 });
  }, 30_000);

  it('begins on a row that exists, in the state that it shows, and is refused without a row', async () => {
    await dataSource.manager.insert(Parcel, { id: 'old', status: 'sent' });

    const handle = await machines.attach(ParcelMachine, 'old', { context: { weight: 1, track: 'by hand' } });
    await handle.send({ type: 'LOSE' });

    expect(await statusOf('old')).toBe('lost');
    await expect(machines.attach('parcel', 'nobody')).rejects.toThrow(/There is no row with the id "nobody"/);
    await expect(machines.attach('parcel', 'nobody', { state: 'sent' })).rejects.toThrow(
      /has no row to show its state/,
    );
    await dataSource.manager.insert(Parcel, { id: 'moved', status: 'by hand' });
    await machines.attach('parcel', 'moved', { state: 'sent' });
    expect(await statusOf('moved')).toBe('sent');
    await expect(machines.create(parcelMachine, { id: 'none', input: { weight: 1 } })).rejects.toThrow(
      /has no row to show its state/,
    );
    await expect(machines.snapshot('none')).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
  });

  it('keeps the objects of a table in the same table, each transition once, and recovers them from it', async () => {
    const persistence = new DatabaseStatePersistence(dataSource, 'parcel_history');
    const door = () =>
      new StateMachine({
        id: 'door',
        initial: 'open',
        transitions: [
          { trigger: 'close', from: 'open', to: 'closed' },
          { trigger: 'open', from: 'closed', to: 'open' },
        ],
        persistence,
      });
    const [one, other] = [door(), door()];
    await one.trigger('close');

    await expect(other.trigger('close')).rejects.toMatchObject({ expected: 0, actual: 1 });
    await other.recover();
    const undone = dataSource.transaction(async (manager) => {
      await other.trigger('open', {}, { transaction: manager });
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    await one.recover();

    expect([one.state, one.version]).toEqual(['closed', 1]);
    for (const name of ['a; DROP TABLE b', { stateTable: 'Ä' }]) {
      expect(() => new DatabaseStatePersistence(dataSource, name)).toThrow(/stateTable/);
    }
  });

  it('tells who loses in a transaction that is stricter about what it sees', async () => {
    await machines.create('crate', { id: 'c-1' });

    const late = dataSource.transaction('REPEATABLE READ', async (manager) => {
      expect(await machines.snapshot('c-1', { transaction: manager })).toMatchObject({ version: 1 });
      await machines.send('c-1', 'TURN');
      await machines.send('c-1', 'TURN', { transaction: manager });
    });

    await expect(late).rejects.toMatchObject({ name: 'StateConcurrencyError', expected: 1, actual: 2 });
    expect(await machines.snapshot('c-1')).toMatchObject({ version: 2 });
  });

  it.each<[string, AttachedEntity, RegExp]>([
    ['a class that is no entity', { target: Carrier }, /knows no entity the function Carrier/],
    ['a name that is none', { target: 'Carriage' }, /knows no entity "Carriage"/],
    ['another id', { target: Parcel, id: 'key' }, /has no property "key" or none "status"/],
    ['another status', { target: Parcel, status: 'stage' }, /has no property "id" or none "stage"/],
    ['ids of another kind', { target: Crate }, /none can have the id "q-1"/],
  ])('is told what is wrong with %s of its entity', async (name, entity, message) => {
    const reference = machines.register(name.replaceAll(' ', '-'), crateMachine, { entity });
    const isRead = entity.status === undefined;

    await expect(machines.create(reference, { id: 'q-1' })).rejects.toThrow(message);
    await expect(machines.attach(reference, 'q-1')).rejects.toThrow(isRead ? message : /no row/);
    await expect(machines.create(reference, { id: 'q-1' })).rejects.toMatchObject({ code: 'WORKFLOW_STATE_MACHINE' });
  });

  it('refuses the root manager, which would commit nothing together', async () => {
    await expect(machines.send('p-1', 'LOSE', { transaction: dataSource.manager })).rejects.toMatchObject({
      code: 'WORKFLOW_TRANSACTION',
    });
  });
});

it('State machines are kept by whatever stands in the container as their persistence', async () => {
  const loads: string[] = [];
  const kept = new MemoryStore().states;
  const load = kept.load.bind(kept);
  kept.load = (id, transaction) => {
    loads.push(id);
    return load(id, transaction);
  };
  const testing = await Test.createTestingModule({ imports: [WorkflowModule.stub()] })
    .overrideProvider(StatePersistence)
    .useValue(kept)
    .setLogger(silentNestLogger)
    .compile();
  await testing.init();
  const machines = testing.get(StateMachineService);
  machines.register(
    'door',
    createMachine({ initial: 'open', states: { open: { on: { CLOSE: 'closed' } }, closed: {} } }),
  );

  await (await machines.create('door', { id: 'd' })).send({ type: 'CLOSE' });

  expect(loads).toContain('d');
  expect(await kept.load('d')).toMatchObject({ version: 2, to: 'closed' });
  await testing.close();
});

describe('Wrong use of @StateMachineWorkflow', () => {
  const machine = createMachine({ initial: 'a', states: { a: { on: { X: { guard: 'may', target: 'a' } } } } });

  function withMethod(decorate: (prototype: object, method: string) => void): Type {
    class WrongMachine {
      may(): boolean {
        return true;
      }
    }
    StateMachineWorkflow('wrong', { machine })(WrongMachine);
    decorate(WrongMachine.prototype, 'may');
    Injectable()(WrongMachine);
    return WrongMachine;
  }

  it.each<[string, Type, RegExp]>([
    ['a guard that nobody wrote', withMethod(() => undefined), /guard "may" has no implementation/],
    ['a guard of another name', withMethod(Guard('other')), /may\(\) of class WrongMachine carries @Guard/],
    ['an action that the machine does not name', withMethod(Action({ name: 'go' })), /carries @Action/],
    ['a step that it does not invoke', withMethod(Step({ name: 'go' })), /carries @Step/],
  ])('is refused at the start: %s', async (_, target, message) => {
    await expect(testApplication().workflows(WorkflowModule.stub()).providing(target).init()).rejects.toThrow(message);
  });
});
