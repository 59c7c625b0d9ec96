package org.bufferyard.itest.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.bufferyard.itest.dynamics.Terminal;
import org.bufferyard.platform.board.BoardDocument;
import org.bufferyard.platform.board.BoardDocuments;
import org.bufferyard.platform.feature.FeatureRuntime;
import org.bufferyard.platform.feature.PluginRuntime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.BundleListener;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.annotation.InjectService;

/**
 * A stranger's device type as a person uses it: a jar in the plug-in folder of a running yard, or
 * installed from the shell; then a question about a board that has such a device.
 */
public final class DroppedDeviceTest {
  private static final long SECONDS = 20;
  private static final int COLLECTIONS = 200;
  private static final String FEATURE_BUNDLE = "org.bufferyard.feature";

  @InjectBundleContext BundleContext context;
  @InjectService BoardDocuments documents;

  // The watcher still looks at the folder when the test ends.
  @TempDir(cleanup = CleanupMode.NEVER) Path folder;

  /** After the synchronous listeners, which bring the bundle's services. */
  private final BlockingQueue<BundleEvent> events = new LinkedBlockingQueue<>();

  private final BundleListener listener = events::add;
  private Terminal terminal;
  private Path board;

  @BeforeEach
  void open() throws IOException {
    terminal = new Terminal(context);
    board = Files.writeString(folder.resolve("npu-share.topology"), NpuBundle.sharingBoard());
    context.addBundleListener(listener);
  }

  @AfterEach
  void nothingIsLeftBehind() throws IOException {
    context.removeBundleListener(listener);
    assertEquals(List.of(), npus());
    assertEquals(NpuBundle.sharingBoard(), Files.readString(board));
  }

  private List<Bundle> npus() {
    return java.util.Arrays.stream(context.getBundles())
        .filter(bundle -> NpuBundle.NAME.equals(bundle.getSymbolicName()))
        .toList();
  }

  @Test
  void aJarInTheFolderIsADeviceTypeWhileItIsThere() throws Exception {
    Path home = Terminal.home(context);
    System.setProperty("bufferyard.repository", home.resolve("launch/target/repository").toString());
    System.setProperty("bufferyard.features", home.resolve("features").toString());
    restartFeatures();
    Path watched = folder.resolve("plugins");
    service(PluginRuntime.class).watch(watched);
    try (BoardDocument open = documents.open(board)) {
      wantsItsBundle(open);
      Held held = comeUseAndGo(open, watched);
      wantsItsBundle(open);
      assertTrue(isCollected(held.loader()), "the bundle's class loader is still held");
      assertTrue(isCollected(held.ePackage()), "the bundle's model is still held");

      drop(watched);
      assertEquals(Optional.empty(), open.state().readOnly());
      assertEquals(held.answer(), explain().answer());
      take(watched);
      wantsItsBundle(open);
    } finally {
      service(FeatureRuntime.class).remove("live");
      restartFeatures(); // for the next test that wants a folder watched
    }
  }

  /** What of the bundle must not outlive it, and what was answered with its help. */
  private record Held(WeakReference<ClassLoader> loader, WeakReference<?> ePackage, String answer) {}

  private Held comeUseAndGo(BoardDocument open, Path watched) throws Exception {
    Bundle bundle = drop(watched);
    assertEquals(Optional.empty(), open.state().readOnly());
    assertEquals(List.of(), open.state().errors());
    assertEquals("npu", open.state().spec().orElseThrow().device("soc/npu").orElseThrow().name());
    String answer = explain().answer();
    assertTrue(answer.contains("driver example-npu sets its longest segment"), answer);
    assertTrue(terminal.run("why", "example,npu").answer().contains("npu"));
    WeakReference<ClassLoader> loader =
        new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader());
    WeakReference<?> ePackage = new WeakReference<>(model());
    take(watched);
    return new Held(loader, ePackage, answer);
  }

  /** The package that the bundle's .ecore became. */
  private Object model() throws Exception {
    ServiceReference<?> reference =
        context.getAllServiceReferences(
            "org.eclipse.emf.ecore.EPackage", "(org.bufferyard.model=" + NpuBundle.NS_URI + ")")[0];
    Object ePackage = context.getService(reference);
    context.ungetService(reference);
    return ePackage;
  }

  private void wantsItsBundle(BoardDocument open) {
    String why = open.state().readOnly().orElseThrow();
    assertTrue(why.contains("install bundle org.example.npu 1.2.0"), why);
    String complaint = explain().complaint();
    assertTrue(complaint.contains("has no device 'npu'; it has display"), complaint);
    assertTrue(complaint.contains("install bundle org.example.npu 1.2.0"), complaint);
  }

  @Test
  void aModelAloneIsADeviceTypeWhoseDriverNobodyKnows() throws Exception {
    Path jar = folder.resolve("npu.jar");
    try (InputStream bytes = NpuBundle.withoutKind()) {
      Files.copy(bytes, jar);
    }
    PluginRuntime plugins = service(PluginRuntime.class);
    assertEquals("org.example.npu 1.2.0", plugins.install(jar));
    String answer = explain().answer();
    assertTrue(answer.contains("unknown driver, assumed videobuf2-dma-contig"), answer);
    plugins.remove(NpuBundle.NAME);
    try (BoardDocument open = documents.open(board)) {
      wantsItsBundle(open);
    }
  }

  private Terminal.Said explain() {
    return terminal.run("explain", board.toString(), "npu", "display", "--format", "json");
  }

  private Bundle drop(Path watched) throws Exception {
    Path hidden = watched.resolve(".npu.jar");
    try (InputStream bytes = NpuBundle.jar()) {
      Files.copy(bytes, hidden);
    }
    Files.move(hidden, watched.resolve("npu.jar"), StandardCopyOption.ATOMIC_MOVE);
    return await(BundleEvent.STARTED);
  }

  private void take(Path watched) throws Exception {
    Files.delete(watched.resolve("npu.jar"));
    await(BundleEvent.UNINSTALLED);
  }

  private Bundle await(int type) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (true) {
      BundleEvent event = events.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (event == null) {
        throw new AssertionError("no such event within " + SECONDS + " s: " + type);
      }
      if (event.getType() == type && NpuBundle.NAME.equals(event.getBundle().getSymbolicName())) {
        return event.getBundle();
      }
    }
  }

  /** One process watches one folder; a fresh runtime does not know of an earlier one. */
  private void restartFeatures() throws BundleException {
    for (Bundle bundle : context.getBundles()) {
      if (FEATURE_BUNDLE.equals(bundle.getSymbolicName())) {
        bundle.stop(Bundle.STOP_TRANSIENT);
        bundle.start(Bundle.START_TRANSIENT);
      }
    }
  }

  private <S> S service(Class<S> type) {
    ServiceReference<S> reference = context.getServiceReference(type);
    return context.getService(reference);
  }

  private static boolean isCollected(WeakReference<?> reference) {
    for (int i = 0; i < COLLECTIONS && !reference.refersTo(null); i++) {
      System.gc();
    }
    return reference.refersTo(null);
  }
}
