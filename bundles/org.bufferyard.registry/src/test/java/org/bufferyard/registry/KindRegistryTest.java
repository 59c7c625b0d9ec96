package org.bufferyard.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.platform.registry.KindStatus;
import org.bufferyard.platform.registry.KindStatus.State;
import org.junit.jupiter.api.Test;

/** Seen, chosen, shadowed, refused, quarantined: with references made by hand. */
final class KindRegistryTest {
  private final AllocatorShelf allocators = new AllocatorShelf();
  private final IommuShelf iommus = new IommuShelf();
  private final KindRegistry registry =
      new KindRegistry(
          allocators,
          new IovaAllocatorShelf(),
          new BouncePoolShelf(),
          iommus,
          new DmaBufOpsShelf(),
          new DeviceShelf(),
          new Components(new HandMadeRuntime()));

  private static AllocatorKind kind() {
    return new AllocatorKind() {
      @Override
      public org.bufferyard.api.allocator.Allocator open(
          org.bufferyard.api.allocator.AllocatorSpec spec,
          org.bufferyard.api.allocator.AllocatorContext context) {
        throw new UnsupportedOperationException();
      }
    };
  }

  private Optional<AllocatorKind> choose(String model, String flavour) {
    return registry.choose(AllocatorKind.class, model, flavour);
  }

  private State stateOf(String provider) {
    return statusOf(provider).state();
  }

  private KindStatus statusOf(String provider) {
    return registry.status().stream()
        .filter(s -> s.provider().equals(provider))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void higherRankingIsChosenAndTheLoserIsNeverGot() {
    AllocatorKind ours = kind();
    AllocatorKind theirs = kind();
    var low = new HandMadeService<>("ours", 0, () -> ours).models("cma");
    var high = new HandMadeService<>("theirs", 10, () -> theirs).models("cma");
    allocators.bind(low);
    allocators.bind(high);
    assertSame(theirs, choose("cma", "fidelity").orElseThrow());
    assertEquals(0, low.gets(), "a loser is not got");
    assertEquals(State.SHADOWED, stateOf("ours"));
    assertEquals("theirs has ranking 10", statusOf("ours").reason());
    assertEquals(State.USED, stateOf("theirs"));
    assertEquals("", statusOf("theirs").reason());
  }

  @Test
  void equalRankingGoesToTheOlderService() {
    AllocatorKind older = kind();
    var first = new HandMadeService<>("older", 5, () -> older).models("buddy");
    var second = new HandMadeService<>("younger", 5, KindRegistryTest::kind).models("buddy");
    allocators.bind(second);
    allocators.bind(first);
    assertSame(older, choose("buddy", "fast").orElseThrow());
    assertEquals("older has the same ranking and came earlier", statusOf("younger").reason());
  }

  @Test
  void nothingIsGotBeforeSomebodyChooses() {
    var service = new HandMadeService<>("lazy", 0, KindRegistryTest::kind).models("cma");
    allocators.bind(service);
    assertEquals(List.of("cma"), registry.models(AllocatorKind.class));
    registry.status();
    assertEquals(0, service.gets());
    choose("cma", "fidelity");
    choose("cma", "fidelity");
    assertEquals(1, service.gets(), "got once, whoever asks");
  }

  @Test
  void aLeaverIsGivenBackAndItsSuccessorChosen() {
    AllocatorKind successor = kind();
    var leaver = new HandMadeService<>("leaver", 10, KindRegistryTest::kind).models("cma");
    var stays = new HandMadeService<>("stays", 0, () -> successor).models("cma");
    allocators.bind(leaver);
    allocators.bind(stays);
    choose("cma", "fidelity");
    allocators.unbind(leaver);
    assertEquals(1, leaver.ungets());
    assertSame(successor, choose("cma", "fidelity").orElseThrow());
    assertTrue(registry.status().stream().noneMatch(s -> s.provider().equals("leaver")));
    allocators.unbind(stays);
    assertTrue(choose("cma", "fidelity").isEmpty());
    assertEquals(1, stays.ungets());
  }

  @Test
  void withoutAModelItIsRefusedWithTheReason() {
    allocators.bind(new HandMadeService<>("nameless", 100, KindRegistryTest::kind));
    assertTrue(registry.models(AllocatorKind.class).isEmpty());
    assertEquals(State.REFUSED, stateOf("nameless"));
    assertTrue(statusOf("nameless").reason().contains("'models'"), statusOf("nameless").reason());
  }

  @Test
  void aServiceThatCannotBeGotIsRefusedAndTheNextOneServes() {
    AllocatorKind good = kind();
    allocators.bind(
        new HandMadeService<AllocatorKind>(
                "throws",
                20,
                () -> {
                  throw new IllegalStateException("no such device node");
                })
            .models("cma"));
    allocators.bind(new HandMadeService<AllocatorKind>("null", 10, () -> null).models("cma"));
    allocators.bind(new HandMadeService<>("good", 0, () -> good).models("cma"));
    assertSame(good, choose("cma", "fidelity").orElseThrow());
    assertEquals(State.REFUSED, stateOf("throws"));
    assertTrue(statusOf("throws").reason().contains("no such device node"));
    assertEquals(State.REFUSED, stateOf("null"));
    assertEquals(State.USED, stateOf("good"));
  }

  @Test
  void aChangedServiceIsJudgedAnew() {
    var service = new HandMadeService<>("changes", 0, KindRegistryTest::kind);
    allocators.bind(service);
    assertEquals(State.REFUSED, stateOf("changes"));
    service.models("cma", "buddy");
    allocators.updated(service);
    assertEquals(List.of("buddy", "cma"), registry.models(AllocatorKind.class));
    assertEquals(State.USED, stateOf("changes"));
  }

  @Test
  void aFlavourServesOnlyWhoAsksForIt() {
    AllocatorKind exact = kind();
    AllocatorKind quick = kind();
    allocators.bind(
        new HandMadeService<>("exact", 0, () -> exact).models("cma").with("flavour", "fidelity"));
    allocators.bind(
        new HandMadeService<>("quick", 9, () -> quick).models("cma").with("flavour", "fast"));
    assertSame(exact, choose("cma", "fidelity").orElseThrow());
    assertSame(quick, choose("cma", "fast").orElseThrow());
    assertEquals(State.USED, stateOf("exact"), "a higher ranking of the other flavour is no rival");
    assertEquals(State.USED, stateOf("quick"));
  }

  @Test
  void aQuarantinedKindIsListedAndUsedByNobody() {
    AllocatorKind bad = kind();
    AllocatorKind good = kind();
    var service = new HandMadeService<>("bad", 10, () -> bad).models("cma");
    allocators.bind(service);
    allocators.bind(new HandMadeService<>("good", 0, () -> good).models("cma"));
    registry.quarantine(choose("cma", "fidelity").orElseThrow(), "allocate() hung for 1 s");
    assertSame(good, choose("cma", "fidelity").orElseThrow());
    assertEquals(State.QUARANTINED, stateOf("bad"));
    assertEquals("allocate() hung for 1 s", statusOf("bad").reason());
    allocators.unbind(service);
    assertEquals(1, service.ungets(), "given back when it leaves");
  }

  @Test
  void statusIsSortedByKindModelAndRanking() {
    iommus.bind(new HandMadeService<IommuKind>("i", 0, () -> null).models("bypass"));
    allocators.bind(new HandMadeService<>("b", 0, KindRegistryTest::kind).models("cma"));
    allocators.bind(new HandMadeService<>("a", 3, KindRegistryTest::kind).models("cma", "buddy"));
    assertEquals(
        List.of("AllocatorKind buddy 3", "AllocatorKind cma 3", "AllocatorKind cma 0", "IommuKind bypass 0"),
        registry.status().stream()
            .map(s -> s.kind() + " " + s.model() + " " + s.ranking())
            .toList());
  }

  @Test
  void anInterfaceThatIsNoKindIsAMistakeOfTheCaller() {
    assertThrows(
        IllegalArgumentException.class, () -> registry.choose(Runnable.class, "x", "fast"));
  }

  @Test
  void manyThreadsGetOneServiceAndNothingIsHeldTwice() throws Exception {
    int threads = 8;
    var service = new HandMadeService<>("shared", 0, KindRegistryTest::kind).models("cma");
    allocators.bind(service);
    CyclicBarrier start = new CyclicBarrier(threads);
    Callable<AllocatorKind> ask =
        () -> {
          start.await();
          return choose("cma", "fidelity").orElseThrow();
        };
    try (var pool = Executors.newFixedThreadPool(threads)) {
      List<Future<AllocatorKind>> answers = pool.invokeAll(java.util.Collections.nCopies(threads, ask));
      AllocatorKind first = answers.getFirst().get();
      for (Future<AllocatorKind> answer : answers) {
        assertSame(first, answer.get());
      }
    }
    allocators.unbind(service);
    assertEquals(service.gets(), service.ungets());
  }
}
