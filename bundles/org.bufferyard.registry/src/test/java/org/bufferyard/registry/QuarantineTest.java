package org.bufferyard.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.AllocatorContext;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.AllocatorSpec;
import org.bufferyard.platform.registry.KindStatus;
import org.bufferyard.platform.registry.KindStatus.State;
import org.junit.jupiter.api.Test;

/** Quarantine follows the code that broke, until its bundle is updated or somebody releases it. */
final class QuarantineTest {
  private static final String WHY = "broke in open()";

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

  private static final class One implements AllocatorKind {
    @Override
    public Allocator open(AllocatorSpec spec, AllocatorContext context) {
      throw new UnsupportedOperationException();
    }
  }

  private static HandMadeService<AllocatorKind> service(String component) {
    return new HandMadeService<AllocatorKind>(component, 0, One::new).models("cma");
  }

  private Optional<AllocatorKind> choose() {
    return registry.choose(AllocatorKind.class, "cma", "fidelity");
  }

  private AllocatorKind breaks(HandMadeService<AllocatorKind> service) {
    allocators.bind(service);
    AllocatorKind kind = choose().orElseThrow();
    registry.quarantine(kind, WHY);
    assertQuarantined();
    return kind;
  }

  private void assertQuarantined() {
    assertTrue(choose().isEmpty());
    KindStatus line = registry.status().getFirst();
    assertEquals(State.QUARANTINED + " " + WHY, line.state() + " " + line.reason());
  }

  @Test
  void anotherPropertyFreesNobody() {
    HandMadeService<AllocatorKind> service = service("org.acme.One").of(7, 100);
    breaks(service);
    allocators.updated(service.with("service.ranking", 50));
    assertQuarantined();
    allocators.updated(service.models("buddy", "cma"));
    assertQuarantined();
    assertTrue(registry.choose(AllocatorKind.class, "buddy", "fast").isEmpty());
  }

  @Test
  void whoGoesAndComesBackIsKnown() {
    HandMadeService<AllocatorKind> service = service("org.acme.One").of(7, 100);
    breaks(service);
    allocators.unbind(service);
    HandMadeService<AllocatorKind> again = service("org.acme.One").of(7, 100);
    allocators.bind(again);
    assertQuarantined();
    assertEquals(0, again.gets(), "it is not even made");
  }

  @Test
  void withoutAComponentTheServiceAndItsObjectAreKnown() {
    AllocatorKind object = new One();
    HandMadeService<AllocatorKind> service = byHand(object, 0);
    breaks(service);
    allocators.updated(service.with("x", 1));
    assertQuarantined();
    allocators.unbind(service);
    HandMadeService<AllocatorKind> again = byHand(object, 0);
    allocators.bind(again);
    assertQuarantined();
    assertEquals(1, again.gets());
    assertEquals(1, again.ungets(), "given back at once");
    assertEquals(1, registry.release("bundle7"));
    assertSame(object, choose().orElseThrow());
    registry.quarantine(object, WHY);
    AllocatorKind other = new One();
    allocators.bind(byHand(other, -5));
    assertSame(other, choose().orElseThrow(), "of the same class, but made with who knows what");
  }

  private static HandMadeService<AllocatorKind> byHand(AllocatorKind object, int ranking) {
    return new HandMadeService<AllocatorKind>("", ranking, () -> object)
        .withoutComponent()
        .of(7, 100)
        .models("cma");
  }

  @Test
  void anUpdateOfTheBundleIsACleanSlate() {
    HandMadeService<AllocatorKind> service = service("org.acme.One").of(7, 100);
    breaks(service);
    allocators.unbind(service);
    allocators.bind(service("org.acme.One").of(7, 101));
    assertTrue(choose().isPresent());
  }

  @Test
  void besideTheOldBundleTheNewOneServes() {
    breaks(service("org.acme.One").of(7, 100));
    allocators.bind(service("org.acme.One").of(8, 100));
    assertTrue(choose().isPresent());
  }

  @Test
  void somebodyReleasesIt() {
    HandMadeService<AllocatorKind> service = service("org.acme.One").of(7, 100);
    AllocatorKind kind = breaks(service);
    assertEquals(0, registry.release("org.acme.Other"));
    assertQuarantined();
    assertEquals(1, registry.release("One"));
    assertSame(kind, choose().orElseThrow());
    assertEquals(0, registry.release("One"), "nobody is left in quarantine");
    allocators.updated(service.with("x", 2));
    assertTrue(choose().isPresent());
  }

  @Test
  void whoIsBlamedAfterItLeftIsQuarantinedWhenItReturns() {
    HandMadeService<AllocatorKind> service = service("org.acme.One").of(7, 100);
    allocators.bind(service);
    AllocatorKind kind = choose().orElseThrow();
    allocators.unbind(service);
    registry.quarantine(kind, WHY);
    allocators.bind(service("org.acme.One").of(7, 100));
    assertQuarantined();
  }

  @Test
  void oneConfigurationOfAFactoryIsNotBlamedForAnother() {
    HandMadeService<AllocatorKind> first =
        service("org.acme.One").of(7, 100).with("service.factoryPid", "f").with("service.pid", "f~1");
    breaks(first);
    allocators.bind(
        service("org.acme.One").of(7, 100).with("service.factoryPid", "f").with("service.pid", "f~2"));
    assertTrue(choose().isPresent());
  }

  /** Whatever happens to the service: only an update and a release let it serve. */
  @Test
  void inAnyOrderItServesExactlyWhenItsCodeIsFree() {
    long seed = Long.getLong("bufferyard.seed", System.nanoTime());
    System.out.println("quarantine: -Dbufferyard.seed=" + seed);
    Random random = new Random(seed);
    Set<Long> broken = new HashSet<>();
    long revision = 1;
    HandMadeService<AllocatorKind> service = service("org.acme.One").of(7, revision);
    allocators.bind(service);
    for (int step = 0; step < 2000; step++) {
      switch (random.nextInt(5)) {
        case 0 -> allocators.updated(service.with("service.ranking", random.nextInt(100)));
        case 1 -> {
          allocators.unbind(service);
          if (random.nextInt(4) == 0) {
            revision++;
          }
          service = service("org.acme.One").of(7, revision);
          allocators.bind(service);
        }
        case 2 -> {
          if (choose().isPresent()) {
            registry.quarantine(choose().orElseThrow(), WHY);
            broken.add(revision);
          }
        }
        case 3 -> {
          if (random.nextInt(3) == 0) {
            assertEquals(broken.remove(revision) ? 1 : 0, registry.release("One"));
          }
        }
        default -> registry.status();
      }
      assertEquals(!broken.contains(revision), choose().isPresent(), "seed " + seed + ", step " + step);
    }
  }
}
