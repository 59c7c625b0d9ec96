package org.bufferyard.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.platform.registry.KindsObserver;
import org.junit.jupiter.api.Test;

/** Who observes the plug-ins is told in time, on the right thread, and under no lock. */
final class ObserversTest {
  private final AllocatorShelf allocators = new AllocatorShelf();
  private final KindRegistry registry =
      new KindRegistry(
          allocators,
          new IovaAllocatorShelf(),
          new BouncePoolShelf(),
          new IommuShelf(),
          new DmaBufOpsShelf(),
          new DeviceShelf(),
          new Components(new HandMadeRuntime()));
  private final ObserverDesk desk = new ObserverDesk(registry);
  private final List<String> news = new ArrayList<>();

  private static AllocatorKind kind() {
    return (spec, context) -> {
      throw new UnsupportedOperationException();
    };
  }

  private Optional<AllocatorKind> choose() {
    return registry.choose(AllocatorKind.class, "cma", "fidelity");
  }

  private final KindsObserver notes =
      new KindsObserver() {
        @Override
        public void changed(Class<?> type) {
          news.add("changed " + type.getSimpleName());
        }

        @Override
        public void leaving(Class<?> type, Object kind) {
          news.add("leaving " + type.getSimpleName());
        }
      };

  @Test
  void comingChangingAndQuarantineAreChanges() {
    desk.bind(notes);
    var service = new HandMadeService<>("a", 0, ObserversTest::kind).models("cma");
    allocators.bind(service);
    assertEquals(List.of("changed AllocatorKind"), news);
    allocators.updated(service);
    assertEquals(2, news.size());
    registry.quarantine(choose().orElseThrow(), "broke");
    assertEquals(3, news.size());
    registry.quarantine(new Object(), "nobody's");
    assertEquals(3, news.size());
    desk.unbind(notes);
    allocators.updated(service);
    assertEquals(3, news.size(), "who left is told nothing");
  }

  @Test
  void whatWasFoundAtTheStartIsNoNews() {
    AllocatorShelf early = new AllocatorShelf();
    early.bind(new HandMadeService<>("a", 0, ObserversTest::kind).models("cma"));
    KindRegistry late =
        new KindRegistry(
            early,
            new IovaAllocatorShelf(),
            new BouncePoolShelf(),
            new IommuShelf(),
            new DmaBufOpsShelf(),
            new DeviceShelf(),
            new Components(new HandMadeRuntime()));
    new ObserverDesk(late).bind(notes);
    assertEquals(List.of(), news);
    assertEquals(List.of("cma"), late.models(AllocatorKind.class));
  }

  @Test
  void aLeaverIsStillHeldAndChosenByNobodyWhileItLeaves() {
    AllocatorKind leaver = kind();
    AllocatorKind successor = kind();
    var leaving = new HandMadeService<>("leaver", 10, () -> leaver).models("cma");
    allocators.bind(leaving);
    allocators.bind(new HandMadeService<>("successor", 0, () -> successor).models("cma"));
    assertSame(leaver, choose().orElseThrow());
    List<Object> seen = new ArrayList<>();
    desk.bind(
        new KindsObserver() {
          @Override
          public void changed(Class<?> type) {
            seen.add("changed");
          }

          @Override
          public void leaving(Class<?> type, Object kind) {
            seen.add(kind);
            seen.add(choose().orElseThrow());
            seen.add(leaving.ungets());
            seen.add(Thread.currentThread());
          }
        });
    allocators.unbind(leaving);
    assertEquals(List.of(leaver, successor, 0, Thread.currentThread()), seen);
    assertEquals(1, leaving.ungets());
  }

  @Test
  void whoWasNeverChosenLeavesWithAChange() {
    var shadowed = new HandMadeService<>("shadowed", 0, ObserversTest::kind).models("cma");
    allocators.bind(shadowed);
    desk.bind(notes);
    allocators.unbind(shadowed);
    assertEquals(List.of("changed AllocatorKind"), news);
  }

  @Test
  void anObserverThatThrowsKeepsNobodyFromKnowing() {
    desk.bind(
        new KindsObserver() {
          @Override
          public void changed(Class<?> type) {
            throw new IllegalStateException("bad day");
          }

          @Override
          public void leaving(Class<?> type, Object kind) {
            throw new AssertionError("worse");
          }
        });
    desk.bind(notes);
    var service = new HandMadeService<>("a", 0, ObserversTest::kind).models("cma");
    allocators.bind(service);
    choose();
    allocators.unbind(service);
    assertEquals(List.of("changed AllocatorKind", "leaving AllocatorKind"), news);
    assertEquals(1, service.ungets());
  }

  @Test
  void othersComeAndChooseWhileOneIsLeaving() {
    var leaving = new HandMadeService<>("leaver", 10, ObserversTest::kind).models("cma");
    allocators.bind(leaving);
    choose();
    AllocatorKind newcomer = kind();
    List<AllocatorKind> chosen = new ArrayList<>();
    desk.bind(
        new KindsObserver() {
          @Override
          public void changed(Class<?> type) {}

          @Override
          public void leaving(Class<?> type, Object kind) {
            try (var other = Executors.newSingleThreadExecutor()) {
              other
                  .submit(
                      () -> {
                        allocators.bind(
                            new HandMadeService<>("new", 0, () -> newcomer).models("cma"));
                        chosen.add(choose().orElseThrow());
                      })
                  .get(10, TimeUnit.SECONDS);
            } catch (InterruptedException | ExecutionException | TimeoutException e) {
              throw new AssertionError(e);
            }
          }
        });
    allocators.unbind(leaving);
    assertEquals(List.of(newcomer), chosen);
  }
}
