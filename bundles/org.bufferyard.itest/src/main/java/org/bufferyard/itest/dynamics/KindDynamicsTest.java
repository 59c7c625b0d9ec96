package org.bufferyard.itest.dynamics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.platform.registry.KindStatus;
import org.bufferyard.platform.registry.Kinds;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.annotation.InjectService;

/** Services of the six kinds appear, shadow each other, fail, change, leave and return. */
public final class KindDynamicsTest {
  private static final int STEPS = 600;
  private static final int MOST = 30;
  private static final long SECONDS = 20;

  @InjectBundleContext BundleContext context;
  @InjectService Kinds kinds;

  private final List<OfferedKind> all = new ArrayList<>();
  private final List<OfferedKind> there = new ArrayList<>();
  private final ChoiceModel model = new ChoiceModel();

  @Test
  void afterEachStepTheChoiceIsWhatTheRuleSays() {
    Seed seed = Seed.of(context, KindDynamicsTest.class);
    Random random = seed.random();
    try {
      for (int step = 0; step < STEPS; step++) {
        String done = step(random);
        String where = seed + ", step " + step + ": " + done;
        compareStatus(where);
        for (int i = 0; i < 3; i++) {
          Class<?> type = OfferedKind.TYPES.get(random.nextInt(OfferedKind.TYPES.size()));
          String name = OfferedKind.MODELS.get(random.nextInt(OfferedKind.MODELS.size()));
          String flavour = random.nextBoolean() ? Flavour.FIDELITY : Flavour.FAST;
          compareChoice(where, type, name, flavour);
        }
        compareStatus(where);
      }
    } finally {
      there.forEach(OfferedKind::unregister);
    }
    assertEquals(List.of(), ours());
    for (OfferedKind kind : all) {
      assertEquals(0, kind.held.get(), () -> kind + " is held after it left, " + seed);
    }
  }

  private String step(Random random) {
    int die = random.nextInt(100);
    if (there.isEmpty() || die < 40 && there.size() < MOST) {
      OfferedKind kind = OfferedKind.random(random, "kind" + all.size());
      all.add(kind);
      there.add(kind);
      kind.register(context);
      model.add(kind);
      return "came " + kind;
    }
    OfferedKind one = there.get(random.nextInt(there.size()));
    if (die < 70) {
      there.remove(one);
      one.unregister();
      model.remove(one);
      return "left " + one;
    }
    if (die < 90) {
      one.change(OfferedKind.Properties.random(random));
      model.judge(one);
      return "changed " + one;
    }
    if (one.held.get() > 0) {
      kinds.quarantine(one.service, "broke in step");
      model.quarantine(one, "broke in step");
      return "quarantined " + one;
    }
    kinds.quarantine(one.service, "never chosen");
    return "not quarantined, since nobody has it: " + one;
  }

  private void compareChoice(String where, Class<?> type, String name, String flavour) {
    Optional<OfferedKind> expected = model.choose(type, name, flavour);
    Optional<?> chosen = kinds.choose(type, name, flavour);
    String what = where + "; chose " + type.getSimpleName() + " " + name + " " + flavour;
    assertEquals(expected.isPresent(), chosen.isPresent(), what);
    expected.ifPresent(kind -> assertSame(kind.service, chosen.orElseThrow(), what + ": " + kind));
  }

  private void compareStatus(String where) {
    List<ChoiceModel.Line> expected = model.status();
    List<KindStatus> actual = ours();
    assertEquals(
        expected.stream()
            .map(l -> List.of(l.kind(), l.model(), l.provider(), l.ranking(), l.state()))
            .toList(),
        actual.stream()
            .map(l -> List.of(l.kind(), l.model(), l.provider(), l.ranking(), l.state()))
            .toList(),
        where);
    for (int i = 0; i < actual.size(); i++) {
      String reason = actual.get(i).reason();
      assertTrue(expected.get(i).reasons().contains(reason), where + ": " + actual.get(i));
    }
    for (Class<?> type : OfferedKind.TYPES) {
      assertEquals(
          model.models(type),
          kinds.models(type).stream().filter(OfferedKind.MODELS::contains).toList(),
          where);
    }
  }

  /** The lines of this test's services, among those of the real ones. */
  private List<KindStatus> ours() {
    return kinds.status().stream().filter(s -> s.provider().matches("kind[0-9-]+")).toList();
  }

  @Test
  void whoComesAndGoesOnManyThreadsIsNeverMixedUp() throws Exception {
    Seed seed = Seed.of(context, KindDynamicsTest.class);
    Random seeds = seed.random();
    AtomicBoolean over = new AtomicBoolean();
    Map<Object, OfferedKind> byService = new ConcurrentHashMap<>();
    Queue<OfferedKind> ever = new ConcurrentLinkedQueue<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Integer>> readers = new ArrayList<>();
      List<Future<Integer>> writers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        String prefix = "kind" + i + "-";
        Random random = new Random(seeds.nextLong());
        writers.add(threads.submit(() -> comeAndGo(random, prefix, byService, ever)));
        Random reading = new Random(seeds.nextLong());
        readers.add(threads.submit((Callable<Integer>) () -> chooseUntil(over, reading, byService)));
      }
      try {
        for (Future<Integer> writer : writers) {
          writer.get(SECONDS, TimeUnit.SECONDS);
        }
      } finally {
        over.set(true);
      }
      for (Future<Integer> reader : readers) {
        assertTrue(reader.get(SECONDS, TimeUnit.SECONDS) > 0, seed.toString());
      }
    }
    assertEquals(List.of(), ours(), seed.toString());
    for (OfferedKind kind : ever) {
      assertEquals(0, kind.held.get(), () -> kind + " is held after it left, " + seed);
    }
  }

  private int comeAndGo(
      Random random, String prefix, Map<Object, OfferedKind> byService, Queue<OfferedKind> ever) {
    List<OfferedKind> mine = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      if (mine.size() < 8 && random.nextBoolean()) {
        OfferedKind kind = OfferedKind.random(random, prefix + step);
        byService.put(kind.service, kind);
        ever.add(kind);
        kind.register(context);
        mine.add(kind);
      } else if (!mine.isEmpty()) {
        mine.remove(random.nextInt(mine.size())).unregister();
      }
    }
    mine.forEach(OfferedKind::unregister);
    return STEPS;
  }

  /** Whatever is chosen is of the kind and answers to the name that was asked for. */
  private int chooseUntil(AtomicBoolean over, Random random, Map<Object, OfferedKind> byService) {
    int rounds = 0;
    while (!over.get()) {
      Class<?> type = OfferedKind.TYPES.get(random.nextInt(OfferedKind.TYPES.size()));
      String name = OfferedKind.MODELS.get(random.nextInt(OfferedKind.MODELS.size()));
      kinds
          .choose(type, name, Flavour.FIDELITY)
          .ifPresent(
              chosen -> {
                OfferedKind kind = byService.get(chosen);
                assertTrue(type.isInstance(chosen), kind::toString);
                assertTrue(kind.properties().modelNames().contains(name), kind::toString);
                assertTrue(!kind.properties().flavour().equals(Flavour.FAST), kind::toString);
              });
      kinds.status();
      rounds++;
    }
    return rounds;
  }
}
