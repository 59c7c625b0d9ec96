package org.bufferyard.live.soak;

import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.osgi.framework.BundleContext;

/** What was there before, and what is there too much afterwards. Used by one thread. */
final class LeakWatch {
  private static final long PATIENCE_MILLIS = 5_000;

  private final BundleContext context;
  private final List<Loader> loaders = new ArrayList<>();
  private Set<Thread> threads = Set.of();
  private Map<String, Long> objects = Map.of();
  private int services;

  LeakWatch(BundleContext context) {
    this.context = context;
  }

  /** From here on. */
  void start() {
    threads = running();
    services = Providers.services(context);
    objects = HeapHistogram.take();
  }

  /**
   * Classes of ours that have grown for good, once every yard is closed.
   *
   * @param swaps that were made: what leaks with each of them is told from what is loaded once, such
   *     as a table of facts
   */
  Map<String, Long> objects(int swaps) {
    return HeapHistogram.growth(objects, HeapHistogram.take(), 500 + swaps / 10);
  }

  private static Set<Thread> running() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .collect(Collectors.toSet());
  }

  /** A loader and whose it was. */
  private record Loader(String bundle, WeakReference<ClassLoader> reference) {}

  /** The loader of a bundle that will be uninstalled. */
  void loader(String bundle, ClassLoader loader) {
    loaders.add(new Loader(bundle, new WeakReference<>(loader)));
  }

  /** Names of threads too many, once those that are ending had time to. */
  List<String> threads(Conditions conditions) throws InterruptedException {
    conditions.await(() -> newThreads().isEmpty(), PATIENCE_MILLIS);
    return newThreads();
  }

  private List<String> newThreads() {
    return running().stream()
        .filter(thread -> !threads.contains(thread))
        .map(Thread::getName)
        .sorted()
        .toList();
  }

  /**
   * Bundles whose loaders are reachable. Soft references count as well: see {@code launch/bufferyard}
   * for the flag that lets them go.
   */
  List<String> loaders(Conditions conditions) throws InterruptedException {
    conditions.await(
        () -> {
          ManagementFactory.getMemoryMXBean().gc();
          loaders.removeIf(loader -> loader.reference().get() == null);
          return loaders.isEmpty();
        },
        PATIENCE_MILLIS);
    return loaders.stream().map(Loader::bundle).toList();
  }

  long services(Conditions conditions) throws InterruptedException {
    return settled(conditions, () -> Math.max(0, Providers.services(context) - services));
  }

  private static long settled(Conditions conditions, LongSupplier count)
      throws InterruptedException {
    conditions.await(() -> count.getAsLong() == 0, PATIENCE_MILLIS);
    return count.getAsLong();
  }
}
