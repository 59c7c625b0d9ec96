package org.bufferyard.itest.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.itest.board.npu.NpuKind;
import org.bufferyard.platform.board.BoardDocument;
import org.bufferyard.platform.board.BoardDocuments;
import org.bufferyard.platform.board.BoardState;
import org.bufferyard.platform.board.Boards;
import org.bufferyard.platform.registry.Kinds;
import org.bufferyard.platform.spec.DeviceSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.common.annotation.InjectService;

/** A device bundle with a model of its own comes into a running framework, and leaves again. */
public final class DeviceBundleTest {
  private static final long SECONDS = 20;
  private static final int COLLECTIONS = 100;

  @InjectBundleContext BundleContext context;
  @InjectService BoardDocuments documents;
  @InjectService Boards boards;
  @InjectService Kinds kinds;

  @TempDir Path folder;

  private final BlockingQueue<BoardState> states = new LinkedBlockingQueue<>();

  @Test
  void aDeviceBundleIsUsedWithoutARestartAndLeavesNothingBehind() throws Exception {
    Path file = Files.writeString(folder.resolve("npu.topology"), NpuBundle.board());
    try (BoardDocument open = documents.open(file)) {
      open.onChange(states::add);
      String wanted = open.state().readOnly().orElseThrow();
      assertTrue(wanted.contains("install bundle org.example.npu 1.2.0"), wanted);
      assertFalse(kinds.models(DeviceKind.class).contains("example,npu"));

      WeakReference<ClassLoader> loader = comeAndGo(file);

      assertTrue(isCollected(loader), "the bundle's class loader is still held");
      assertEquals(NpuBundle.board(), Files.readString(file));
    }
  }

  private WeakReference<ClassLoader> comeAndGo(Path file) throws Exception {
    Bundle bundle = context.installBundle("npu:1", NpuBundle.jar());
    try {
      bundle.start();
      usable(file);
      Class<?> kind = bundle.loadClass(NpuKind.class.getName());
      assertNotEquals(NpuKind.class, kind);
      return new WeakReference<>(kind.getClassLoader());
    } finally {
      leave(bundle);
      missing(file);
    }
  }

  private void usable(Path file) throws InterruptedException {
    BoardState with = next();
    assertEquals(Optional.empty(), with.readOnly());
    assertEquals(List.of(), with.errors());
    DeviceSpec npu = boards.open(file, List.of()).spec().device("soc/npu").orElseThrow();
    assertEquals(NpuBundle.NS_URI + "#NpuDevice", npu.type());
    assertEquals(
        Map.of("cores", 4L, "precision", "FP16", "localMemory", 524288L, "feeds", "soc/display"),
        npu.attributes());
    assertTrue(kinds.models(DeviceKind.class).contains(npu.model()));
  }

  private void missing(Path file) throws InterruptedException {
    BoardState without = next();
    assertTrue(without.readOnly().orElseThrow().contains("org.example.npu 1.2.0"));
    assertEquals(without.readOnly(), boards.open(file, List.of()).readOnly());
    assertFalse(kinds.models(DeviceKind.class).contains("example,npu"));
  }

  @Test
  void aBrokenModelIsNamedByTheFileThatWantsIt() throws Exception {
    Path file = Files.writeString(folder.resolve("npu.topology"), NpuBundle.board());
    Bundle bundle = context.installBundle("npu:2", NpuBundle.withoutModel());
    try {
      bundle.start();
      String why = boards.open(file, List.of()).readOnly().orElseThrow();
      assertTrue(why.contains("there but not usable: the bundle holds no model/npu.ecore"), why);
    } finally {
      leave(bundle);
    }
    // Once it is gone it is simply not there.
    String why = boards.open(file, List.of()).readOnly().orElseThrow();
    assertTrue(why.contains("install bundle org.example.npu"), why);
  }

  private BoardState next() throws InterruptedException {
    BoardState state = states.poll(SECONDS, TimeUnit.SECONDS);
    if (state == null) {
      throw new AssertionError("the file did not reload within " + SECONDS + " s");
    }
    return state;
  }

  private void leave(Bundle bundle) throws BundleException, InterruptedException {
    bundle.uninstall();
    CountDownLatch refreshed = new CountDownLatch(1);
    FrameworkListener listener = event -> refreshed.countDown();
    context.getBundle(0).adapt(FrameworkWiring.class).refreshBundles(List.of(bundle), listener);
    assertTrue(refreshed.await(SECONDS, TimeUnit.SECONDS), "refresh");
  }

  private static boolean isCollected(WeakReference<?> reference) {
    for (int i = 0; i < COLLECTIONS && !reference.refersTo(null); i++) {
      System.gc();
    }
    return reference.refersTo(null);
  }
}
