package org.bufferyard.live.soak;

import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.osgi.framework.BundleContext;

/** What was there before, and what is there too much afterwards. Used by one thread. */
final class LeakWatch {
  private static final long PATIENCE_MILLIS = 5_000;

  private final BundleContext context;
  private final List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
  private Set<Thread> threads = Set.of();
  private int services;

  LeakWatch(BundleContext context) {
    this.context = context;
  }

  /** From here on. */
  void start() {
    threads = running();
    services = Providers.services(context);
  }

  private static Set<Thread> running() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .collect(Collectors.toSet());
  }

  /** The loader of a bundle that will be uninstalled. */
  void loader(ClassLoader loader) {
    loaders.add(new WeakReference<>(loader));
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

  /** Loaders that are reachable. */
  long loaders(Conditions conditions) throws InterruptedException {
    return settled(
        conditions,
        () -> {
          ManagementFactory.getMemoryMXBean().gc();
          loaders.removeIf(loader -> loader.get() == null);
          return loaders.size();
        });
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
