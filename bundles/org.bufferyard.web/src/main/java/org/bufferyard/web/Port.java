package org.bufferyard.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.web.PageOptions;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** The port of the framework's web server, which opens when it is configured. One thread. */
final class Port {
  private static final String SERVER = "org.apache.felix.http";
  private static final long SECONDS = 30;
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final int LOOK_MILLIS = 2000;

  private final ConfigurationAdmin configurations;
  private Optional<Configuration> opened = Optional.empty();

  /**
   * Where the server listens.
   *
   * @param host as given
   */
  record Place(String host, InetAddress bound, int port) {
    boolean isLoopback() {
      return bound.isLoopbackAddress();
    }

    /** To be opened in a browser. */
    String address() {
      return "http://" + name() + ":" + port + "/";
    }

    private String name() {
      if (!bound.isAnyLocalAddress()) {
        return host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
      }
      try {
        return InetAddress.getLocalHost().getHostName();
      } catch (UnknownHostException e) {
        return "localhost";
      }
    }
  }

  Port(ConfigurationAdmin configurations) {
    this.configurations = configurations;
  }

  /**
   * Finds a port that is free.
   *
   * @throws BadInputException when the one that was asked for is not
   */
  Place choose(PageOptions options) {
    InetAddress bound;
    try {
      bound = InetAddress.getByName(options.host());
    } catch (UnknownHostException e) {
      throw new BadInputException("is no address of this machine", "--host " + options.host(), "");
    }
    try {
      return new Place(options.host(), bound, free(bound, options.port()));
    } catch (IOException e) {
      if (options.port() == PageOptions.USUAL_PORT) {
        try {
          return new Place(options.host(), bound, free(bound, 0));
        } catch (IOException none) {
          e.addSuppressed(none);
        }
      }
      throw new BadInputException(
          "cannot be listened on: " + e.getMessage(),
          options.host() + ":" + options.port(),
          "give another --port, or 0 for any");
    }
  }

  private static int free(InetAddress address, int port) throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(address, port));
      return socket.getLocalPort();
    }
  }

  /** Configures the server and waits until it answers. */
  void open(Place place, Optional<String> token) {
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put("org.apache.felix.http.host", place.bound().getHostAddress());
    properties.put("org.osgi.service.http.port", place.port());
    properties.put("org.apache.felix.http.enable", true);
    properties.put("org.apache.felix.https.enable", false);
    properties.put("org.apache.felix.http.mbeans", false);
    properties.put("org.apache.felix.http.jetty.sendServerHeader", false);
    // Every page holds a thread for its events.
    properties.put("org.apache.felix.http.jetty.virtualthreads.enable", true);
    properties.put("org.apache.felix.jetty.stopTimeout", 1000L);
    try {
      Configuration configuration = configurations.getConfiguration(SERVER, null);
      configuration.update(properties);
      opened = Optional.of(configuration);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!answers(place, token)) {
      if (System.nanoTime() > deadline || Thread.interrupted()) {
        throw new BadInputException(
            "the web server did not come up within " + SECONDS + " s",
            place.address(),
            "give another --port, or 0 for any");
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private static boolean answers(Place place, Optional<String> token) {
    InetAddress asked = place.bound();
    String host =
        asked.isAnyLocalAddress() ? "127.0.0.1" : place.address().replaceAll("^http://|:\\d+/$", "");
    try {
      HttpURLConnection connection =
          (HttpURLConnection)
              URI.create("http://" + host + ":" + place.port() + "/api/hello")
                  .toURL()
                  .openConnection();
      connection.setConnectTimeout(LOOK_MILLIS);
      connection.setReadTimeout(LOOK_MILLIS);
      token.ifPresent(t -> connection.setRequestProperty("Authorization", "Bearer " + t));
      return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
    } catch (IOException e) {
      return false;
    }
  }

  void close() {
    if (opened.isPresent()) {
      try {
        opened.get().delete();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (IllegalStateException e) {
        return; // the framework stops
      } finally {
        opened = Optional.empty();
      }
    }
  }
}
