package org.bufferyard.live.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bufferyard.live.RunningYards;
import org.bufferyard.platform.board.Boards;
import org.bufferyard.platform.feature.FeatureException;
import org.bufferyard.platform.feature.FeatureRuntime;
import org.bufferyard.platform.feature.PluginRuntime;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.live.LiveYard;
import org.bufferyard.platform.live.LiveYardSpec;
import org.bufferyard.platform.live.Soak;
import org.bufferyard.platform.live.SoakReport;
import org.bufferyard.platform.scenario.Scenarios;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The soak: swaps at random under load, then the balance. */
@Component
public final class RandomSwaps implements Soak {
  /** Framework property: where Bufferyard stands. */
  private static final String HOME = "bufferyard.home";

  private static final long SETTLE_MILLIS = 60_000;
  private static final long OPEN_MILLIS = 10_000;
  private static final int TOLD = 20;

  /** Of each pipeline: flat out they would leave no time for swaps. */
  private static final double FRAMES_PER_SECOND = 100;

  private final BundleContext context;
  private final RunningYards yards;
  private final SoakBoards boards;
  private final FeatureRuntime features;
  private final PluginRuntime plugins;
  private final ConfigurationAdmin admin;
  private final ReentrantLock running = new ReentrantLock();

  @Activate
  public RandomSwaps(
      BundleContext context,
      @Reference RunningYards yards,
      @Reference Scenarios scenarios,
      @Reference Boards boards,
      @Reference FeatureRuntime features,
      @Reference PluginRuntime plugins,
      @Reference ConfigurationAdmin admin) {
    this.context = context;
    this.yards = yards;
    this.boards = new SoakBoards(scenarios, boards);
    this.features = features;
    this.plugins = plugins;
    this.admin = admin;
  }

  @Override
  public SoakReport run(Plan plan, Consumer<String> progress) {
    if (!running.tryLock()) {
      throw new BadInputException("a soak is running already", "soak", "wait for its end");
    }
    List<Path> scenarios = plan.scenarios().isEmpty() ? ours() : plan.scenarios();
    List<LiveYardSpec> specs = boards.yards(scenarios, plan.pipelines());
    List<String> added = new ArrayList<>();
    Path folder = temporary();
    try (Conditions conditions = new Conditions(context)) {
      plan.plugIns().forEach(jar -> added.add(plugins.install(jar).split(" ")[0]));
      return soak(plan, specs, folder, conditions, progress);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BadInputException("was interrupted", "soak", "");
    } catch (FeatureException e) {
      throw new BadInputException(e.getMessage(), "soak", "");
    } finally {
      added.forEach(plugins::remove);
      remove(folder);
      running.unlock();
    }
  }

  private List<Path> ours() {
    String home = context.getProperty(HOME);
    if (home == null) {
      throw new BadInputException("no scenario was named", "soak", "name one or more");
    }
    return SoakBoards.ours(Path.of(home));
  }

  private SoakReport soak(
      Plan plan,
      List<LiveYardSpec> specs,
      Path folder,
      Conditions conditions,
      Consumer<String> progress)
      throws InterruptedException {
    List<Provider> providers = new Providers(context, folder).find();
    LeakWatch leaks = new LeakWatch(context);
    Optional<Path> watched =
        plan.folder() ? watch(folder.resolve("plugins")) : Optional.empty();
    SwapWays ways =
        new SwapWays(context, admin, features, providers, watched, conditions, leaks);
    warmUp(ways, specs, conditions);
    leaks.start();
    long began = System.nanoTime();
    List<LiveYard> open = new ArrayList<>();
    Balance balance = new Balance(plan.seed(), open);
    try {
      for (LiveYardSpec spec : specs) {
        LiveYard yard = open(spec, conditions);
        open.add(yard);
        spec.pipelines().forEach(p -> yard.pace(p.name(), FRAMES_PER_SECOND));
      }
      swap(plan, ways, balance, progress);
      ways.restore();
      settle(balance);
      balance.awaitStreaming(conditions);
      return balance.draw(ways.made(), leaks, conditions, began);
    } finally {
      open.forEach(LiveYard::close);
      ways.restore();
    }
  }

  /** What is made once and stays, threads of the framework included, is no leak. */
  private void warmUp(SwapWays ways, List<LiveYardSpec> specs, Conditions conditions)
      throws InterruptedException {
    ways.touch();
    LiveYardSpec first = specs.getFirst();
    open(
            new LiveYardSpec(
                first.name(),
                first.source(),
                first.board(),
                first.kernel(),
                first.flavour(),
                List.of()),
            conditions)
        .close();
    yards.awaitSettled(SETTLE_MILLIS);
  }

  /** A component that is made anew is missing for a moment: then there is no yard either. */
  private LiveYard open(LiveYardSpec spec, Conditions conditions) throws InterruptedException {
    AtomicReference<LiveYard> opened = new AtomicReference<>();
    conditions.await(
        () -> {
          try {
            opened.set(yards.open(spec));
            return true;
          } catch (BadInputException missing) {
            return false;
          }
        },
        OPEN_MILLIS);
    return opened.get() == null ? yards.open(spec) : opened.get();
  }

  private void swap(Plan plan, SwapWays ways, Balance balance, Consumer<String> progress)
      throws InterruptedException {
    Random random = new Random(plan.seed());
    long deadline =
        System.nanoTime() + plan.atMost().map(d -> d.toNanos()).orElse(Long.MAX_VALUE / 2);
    for (int i = 0; i < plan.swaps() && System.nanoTime() < deadline; i++) {
      String what = ways.make(random);
      settle(balance);
      balance.look(i + ", " + what);
      if ((i + 1) % Math.max(1, plan.swaps() / TOLD) == 0) {
        progress.accept(i + 1 + " of " + plan.swaps() + " swaps, " + balance.frames() + " frames");
      }
    }
  }

  private void settle(Balance balance) {
    if (!yards.awaitSettled(SETTLE_MILLIS)) {
      balance.trouble("the yards did not follow a swap within " + SETTLE_MILLIS + " ms");
    }
  }

  /** A process watches one folder; where it does already, jars come by the other ways only. */
  private Optional<Path> watch(Path folder) {
    // An interactive shell beside a soak would stop the framework at the end of its input.
    System.setProperty("gosh.args", "--nointeractive --noshutdown");
    try {
      plugins.watch(folder);
      return Optional.of(folder);
    } catch (FeatureException taken) {
      return Optional.empty();
    }
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("soak");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void remove(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
