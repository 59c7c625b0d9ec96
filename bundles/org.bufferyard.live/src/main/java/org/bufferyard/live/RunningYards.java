package org.bufferyard.live;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bufferyard.platform.check.Checks;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.live.LiveYard;
import org.bufferyard.platform.live.LiveYardSpec;
import org.bufferyard.platform.live.LiveYards;
import org.bufferyard.platform.pipeline.Pipelines;
import org.bufferyard.platform.yard.Yards;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * The running yards of this framework. Two threads beside the yards' own, from the first yard on: one
 * has them follow the registry, one paces. Safe for any thread.
 */
@Component(service = {LiveYards.class, RunningYards.class})
public final class RunningYards implements LiveYards {
  private final Workshop workshop;
  private final KindsBell bell;
  private final SwapCoordinator coordinator;
  private final List<StreamingYard> yards = new CopyOnWriteArrayList<>();
  private final Object lock = new Object();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final SynchronousBundleListener frameworkEnd = this::heed;
  private Optional<BundleContext> framework = Optional.empty();
  private boolean started;
  private volatile boolean closed;

  /**
   * Bundles go one after another when the framework stops, and each plug-in among them would be an
   * exchange that nobody needs any more.
   */
  @Activate
  public RunningYards(
      BundleContext context,
      LiveBounds bounds,
      @Reference Yards engine,
      @Reference Pipelines pipelines,
      @Reference Checks checks,
      @Reference KindsBell bell) {
    this(Bounds.of(bounds), engine, pipelines, checks, bell);
    framework = Optional.of(context);
    context.addBundleListener(frameworkEnd);
  }

  RunningYards(Bounds bounds, Yards engine, Pipelines pipelines, Checks checks, KindsBell bell) {
    this.bell = Objects.requireNonNull(bell, "bell");
    this.coordinator = new SwapCoordinator(() -> List.copyOf(yards), bounds.leavingMillis());
    this.workshop =
        new Workshop(
            engine,
            pipelines,
            checks,
            bounds,
            new Pacer(),
            coordinator::ring,
            yards::remove,
            this::changed);
  }

  @Override
  public LiveYard open(LiveYardSpec spec) {
    start();
    StreamingYard opened = enter(spec);
    // Whoever listens may ask for yards, so not under the lock.
    changed();
    return opened;
  }

  private StreamingYard enter(LiveYardSpec spec) {
    synchronized (lock) {
      if (closed) {
        throw new IllegalStateException("the running yards are being closed");
      }
      if (find(spec.name()).isPresent()) {
        throw new BadInputException(
            "a yard of that name runs already", "yard '" + spec.name() + "'", "name it otherwise");
      }
      StreamingYard opened = StreamingYard.open(spec, workshop);
      yards.add(opened);
      // Whoever came or went meanwhile.
      coordinator.ring();
      return opened;
    }
  }

  /** Yards that a framework closes that stops are wanted still. */
  private void changed() {
    if (!closed) {
      listeners.forEach(Runnable::run);
    }
  }

  @Override
  public void addListener(Runnable listener) {
    listeners.add(Objects.requireNonNull(listener, "listener"));
  }

  @Override
  public void removeListener(Runnable listener) {
    listeners.remove(listener);
  }

  private void start() {
    synchronized (lock) {
      if (!started) {
        started = true;
        coordinator.start();
        workshop.pacer().start();
        bell.listen(coordinator);
      }
    }
  }

  /** Whether all yards follow what the registry told up to now, within that time. */
  public boolean awaitSettled(long millis) {
    return coordinator.awaitIdle(millis);
  }

  private void heed(BundleEvent event) {
    if (event.getType() == BundleEvent.STOPPING
        && event.getBundle().getBundleId() == Constants.SYSTEM_BUNDLE_ID) {
      standStill();
    }
  }

  /** Frames and exchanges end; the yards stay, and what is wanted of them can be read. */
  void standStill() {
    bell.stop();
    coordinator.close();
    yards.forEach(StreamingYard::standStill);
  }

  @Deactivate
  void close() {
    framework.ifPresent(context -> context.removeBundleListener(frameworkEnd));
    bell.stop();
    coordinator.close();
    synchronized (lock) {
      closed = true;
      yards.forEach(StreamingYard::close);
    }
    workshop.pacer().close();
  }

  @Override
  public List<LiveYard> all() {
    return List.copyOf(yards);
  }

  @Override
  public Optional<LiveYard> find(String name) {
    return all().stream().filter(yard -> yard.spec().name().equals(name)).findFirst();
  }
}
