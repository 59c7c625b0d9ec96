package org.bufferyard.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import org.bufferyard.platform.board.BoardImports;
import org.bufferyard.platform.check.Checks;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.live.LiveYards;
import org.bufferyard.platform.registry.Kinds;
import org.bufferyard.platform.verdict.Explainer;
import org.bufferyard.platform.web.PageOptions;
import org.bufferyard.platform.web.PageServer;
import org.bufferyard.topology.edit.BoardModels;
import org.bufferyard.web.document.Documents;
import org.bufferyard.web.document.Workspace;
import org.bufferyard.web.http.Counter;
import org.bufferyard.web.http.Gate;
import org.bufferyard.web.http.OpenPage;
import org.bufferyard.web.layout.ContainerLayout;
import org.bufferyard.web.live.LiveDesk;
import org.bufferyard.web.live.ServiceSwitch;
import org.bufferyard.web.schema.SchemaDesk;
import org.bufferyard.web.verdict.VerdictDesk;
import org.bufferyard.web.wire.EventHub;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/**
 * The editor as a whole: makes its parts when somebody opens it, and takes them down. Safe for any
 * thread.
 */
@Component(service = {PageServer.class, OpenPage.class})
public final class PageDesk implements PageServer, OpenPage {
  private static final System.Logger LOG = System.getLogger(PageDesk.class.getName());
  private static final SecureRandom RANDOM = new SecureRandom();

  private final BoardModels models;
  private final BoardImports imports;
  private final Port port;
  private final ServiceSwitch toggle;

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
  private volatile Explainer explainer;

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
  private volatile Checks checks;

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
  private volatile LiveYards yards;

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
  private volatile Kinds kinds;

  // Written under the lock of this.
  private volatile Counter counter;

  @Activate
  public PageDesk(
      @Reference BoardModels models,
      @Reference BoardImports imports,
      @Reference ConfigurationAdmin configurations,
      @Reference ServiceComponentRuntime components) {
    this.models = models;
    this.imports = imports;
    this.port = new Port(configurations);
    this.toggle = new ServiceSwitch(components, configurations);
  }

  @Override
  public Optional<Counter> counter() {
    return Optional.ofNullable(counter);
  }

  @Override
  public synchronized String open(PageOptions options) {
    if (counter != null) {
      throw new BadInputException("the page is open already", "start", "");
    }
    Workspace workspace;
    try {
      workspace = new Workspace(options.workspace());
    } catch (IOException e) {
      throw new BadInputException(
          "there is no such folder", options.workspace().toString(), "give a folder with boards");
    }
    Port.Place place = port.choose(options);
    Optional<String> token = place.isLoopback() ? Optional.empty() : Optional.of(random(24));
    counter = make(workspace, token);
    try {
      port.open(place, token);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    return place.address() + token.map(t -> "?token=" + t).orElse("");
  }

  private static String random(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  private Counter make(Workspace workspace, Optional<String> token) {
    EventHub hub = new EventHub(random(4));
    SchemaDesk schema = new SchemaDesk(models, hub);
    Documents documents =
        new Documents(
            workspace, models, imports, () -> Optional.ofNullable(checks), schema, hub);
    return new Counter(
        new Gate(token),
        version(),
        hub,
        schema,
        workspace,
        documents,
        new VerdictDesk(() -> Optional.ofNullable(explainer)),
        live(hub),
        new LateLayout());
  }

  private LiveDesk live(EventHub hub) {
    LiveDesk live =
        new LiveDesk(
            new LiveDesk.Services(
                () -> Optional.ofNullable(yards),
                () -> Optional.ofNullable(kinds),
                () -> Optional.ofNullable(explainer),
                Optional.of(toggle)),
            hub);
    live.start();
    return live;
  }

  /** ELK is large: it is loaded when somebody wants a layout. */
  private static final class LateLayout implements java.util.function.Supplier<ContainerLayout> {
    private ContainerLayout layout;

    @Override
    public synchronized ContainerLayout get() {
      if (layout == null) {
        layout = new ContainerLayout();
      }
      return layout;
    }
  }

  private static String version() {
    return Optional.ofNullable(PageDesk.class.getPackage().getImplementationVersion())
        .orElse("0.1.0");
  }

  @Deactivate
  synchronized void close() {
    Counter open = counter;
    counter = null;
    if (open != null) {
      open.hub().close();
      open.live().close();
      open.documents().close();
    }
    try {
      port.close();
    } catch (UncheckedIOException e) {
      LOG.log(Level.DEBUG, "the port stays open", e);
    }
  }
}
