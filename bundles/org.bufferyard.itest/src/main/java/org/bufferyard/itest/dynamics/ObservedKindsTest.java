package org.bufferyard.itest.dynamics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Hashtable;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.itest.dynamics.plugin.BrittleKind;
import org.bufferyard.itest.dynamics.plugin.PlainKind;
import org.bufferyard.platform.registry.KindStatus;
import org.bufferyard.platform.registry.KindStatus.State;
import org.bufferyard.platform.registry.Kinds;
import org.bufferyard.platform.registry.KindsObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.test.common.annotation.InjectBundleContext;

/** Real components come, shadow, leave and return, and whoever observes them is told in time. */
public final class ObservedKindsTest {
  @InjectBundleContext BundleContext context;

  private final List<String> news = new CopyOnWriteArrayList<>();
  private final List<Bundle> installed = new ArrayList<>();
  private ServiceRegistration<KindsObserver> observer;

  /** Who is chosen while somebody leaves. */
  private final List<Object> duringLeave = new CopyOnWriteArrayList<>();

  @BeforeEach
  void observe() {
    KindsObserver notes =
        new KindsObserver() {
          @Override
          public void changed(Class<?> type) {
            news.add("changed " + type.getSimpleName());
          }

          @Override
          public void leaving(Class<?> type, Object kind) {
            news.add("leaving " + kind);
            duringLeave.add(Thread.currentThread());
            duringLeave.add(versionOf(choose()));
          }
        };
    observer = context.registerService(KindsObserver.class, notes, new Hashtable<>());
  }

  @AfterEach
  void tidy() throws BundleException {
    observer.unregister();
    for (Bundle bundle : installed) {
      if (bundle.getState() != Bundle.UNINSTALLED) {
        bundle.uninstall();
      }
    }
    assertEquals(Optional.empty(), choose());
  }

  private static PluginJar plain(String version, int ranking) {
    return new PluginJar(version, PlainKind.class, ranking, "", "deactivate=\"deactivate\"");
  }

  private Bundle install(PluginJar jar) throws IOException, BundleException {
    Bundle bundle = context.installBundle("observed:" + jar.version(), jar.open());
    installed.add(bundle);
    return bundle;
  }

  private Kinds kinds() {
    ServiceReference<Kinds> reference = context.getServiceReference(Kinds.class);
    return context.getService(reference);
  }

  private Optional<AllocatorKind> choose() {
    return kinds().choose(AllocatorKind.class, PluginJar.MODEL, "fidelity");
  }

  private static String versionOf(Optional<AllocatorKind> kind) {
    return kind.map(k -> FrameworkUtil.getBundle(k.getClass()).getVersion().toString())
        .orElse("nobody");
  }

  private static KindStatus line(List<KindStatus> lines, PluginJar jar) {
    return lines.stream()
        .filter(l -> l.provider().equals(jar.component()))
        .findFirst()
        .orElseThrow(() -> new AssertionError(jar.component() + " is not among " + lines));
  }

  @Test
  void twoVersionsOfOneBundleSideBySide() throws Exception {
    PluginJar old = plain("1.0.0", 0);
    PluginJar update = plain("2.0.0", 5);
    install(old).start();
    assertEquals(List.of("changed AllocatorKind"), news);
    AllocatorKind first = choose().orElseThrow();
    assertEquals("1.0.0", versionOf(choose()));

    Bundle second = install(update);
    second.start();
    assertEquals(2, news.size());
    AllocatorKind chosen = choose().orElseThrow();
    assertEquals("2.0.0", versionOf(Optional.of(chosen)));
    assertNotEquals(first.getClass(), chosen.getClass(), "a class loader each");
    assertEquals(State.SHADOWED, line(kinds().status(), old).state());
    assertEquals(State.USED, line(kinds().status(), update).state());

    second.stop();
    assertEquals("leaving active", news.getLast(), "it works until everybody has let go");
    assertEquals("deactivated", chosen.toString());
    assertEquals(List.of(Thread.currentThread(), "1.0.0"), duringLeave);
    assertSame(first, choose().orElseThrow());

    second.start();
    assertEquals("2.0.0", versionOf(choose()));
    assertNotEquals(chosen, choose().orElseThrow(), "it returned as somebody new");
  }

  @Test
  void aComponentThatIsThereAndUnsatisfiedIsSeenWaiting() throws Exception {
    PluginJar waiting =
        new PluginJar(
            "3.0.0",
            PlainKind.class,
            9,
            "<reference name=\"clock\" interface=\"org.example.Clock\" target=\"(fast=true)\"/>",
            "");
    install(plain("1.0.0", 0)).start();
    Bundle bundle = install(waiting);
    bundle.start();
    assertEquals(Bundle.ACTIVE, bundle.getState());
    assertEquals("1.0.0", versionOf(choose()));
    assertEquals(1, news.size(), "who is no service changes no choice");
    KindStatus why = line(kinds().absent(), waiting);
    assertEquals(
        new KindStatus(
            "AllocatorKind",
            PluginJar.MODEL,
            waiting.component(),
            9,
            State.WAITING,
            "waits for a service org.example.Clock with (fast=true)"),
        why);
    assertTrue(
        kinds().status().stream().noneMatch(l -> l.provider().equals(waiting.component())));
  }

  @Test
  void aComponentThatWaitsForAConfigurationSaysSo() throws Exception {
    PluginJar waiting =
        new PluginJar("4.0.0", PlainKind.class, 0, "", "configuration-policy=\"require\"");
    install(waiting).start();
    KindStatus why = line(kinds().absent(), waiting);
    assertEquals(State.WAITING, why.state());
    assertEquals("waits for a configuration of " + waiting.component(), why.reason());
  }

  @Test
  void aComponentWhoseActivationThrowsIsSeenWithTheReason() throws Exception {
    PluginJar eager = new PluginJar("5.0.0", BrittleKind.class, 0, "", "immediate=\"true\"");
    PluginJar lazy = new PluginJar("6.0.0", BrittleKind.class, 7, "", "");
    install(plain("1.0.0", 0)).start();
    install(eager).start();
    install(lazy).start();
    assertEquals("1.0.0", versionOf(choose()), "the next best that can be got");
    List<KindStatus> all = new ArrayList<>(kinds().status());
    all.addAll(kinds().absent());
    KindStatus tried = line(all, lazy);
    assertEquals(State.REFUSED, tried.state(), tried::toString);
    assertTrue(tried.reason().contains("no such device node"), tried::toString);
    KindStatus failed = line(all, eager);
    assertTrue(failed.state() != State.USED && failed.state() != State.WAITING, failed::toString);
  }

  @Test
  void whateverStartsFirstTheBestIsChosenAndEachComingIsTold() throws Exception {
    Seed seed = Seed.of(context, ObservedKindsTest.class);
    Random random = seed.random();
    List<Bundle> bundles = new ArrayList<>();
    for (int version = 1; version <= 5; version++) {
      bundles.add(install(plain(version + ".0.0", version)));
    }
    Bundle registry =
        Arrays.stream(context.getBundles())
            .filter(b -> "org.bufferyard.registry".equals(b.getSymbolicName()))
            .findFirst()
            .orElseThrow();
    for (int round = 0; round < 6; round++) {
      Collections.shuffle(bundles, random);
      int best = 0;
      int restarted = random.nextInt(bundles.size());
      for (int i = 0; i < bundles.size(); i++) {
        int before = news.size();
        bundles.get(i).start();
        best = Math.max(best, bundles.get(i).getVersion().getMajor());
        String where = seed + ", round " + round + ": " + bundles;
        assertEquals(before + 1, news.size(), where);
        assertEquals(best + ".0.0", versionOf(choose()), where);
        if (i == restarted) {
          registry.stop();
          registry.start();
          assertEquals(best + ".0.0", versionOf(choose()), where + ", the registry anew");
        }
      }
      Collections.shuffle(bundles, random);
      for (Bundle bundle : bundles) {
        bundle.stop();
      }
      assertEquals(Optional.empty(), choose(), seed.toString());
    }
  }
}
