package org.bufferyard.live.soak;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.osgi.framework.AllServiceListener;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;
import org.osgi.framework.ServiceEvent;

/** Waits for what bundles and services do. Safe for any thread. */
final class Conditions implements BundleListener, AllServiceListener, AutoCloseable {
  private final BundleContext context;
  private final Object lock = new Object();

  /** Events so far; guarded by {@link #lock}. */
  private long events;

  Conditions(BundleContext context) {
    this.context = context;
    context.addBundleListener(this);
    context.addServiceListener(this);
  }

  @Override
  public void bundleChanged(BundleEvent event) {
    wake();
  }

  @Override
  public void serviceChanged(ServiceEvent event) {
    wake();
  }

  private void wake() {
    synchronized (lock) {
      events++;
      lock.notifyAll();
    }
  }

  /** Looks after every event, and now and then: an event may come before what it tells of. */
  boolean await(BooleanSupplier condition, long millis) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    synchronized (lock) {
      while (!condition.getAsBoolean()) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          return false;
        }
        lock.wait(Math.min(left, 50));
      }
    }
    return true;
  }

  @Override
  public void close() {
    context.removeBundleListener(this);
    context.removeServiceListener(this);
  }
}
