import { SSTConfig } from "sst";
import { Api, StaticSite, Table } from "sst/constructs";

export default {
  config: () => ({ name: "shop", region: "eu-west-1" }),
  stacks(app) {
    app.stack(function Shop({ stack }) {
      const orders = new Table(stack, "Orders", {
        fields: { id: "string" },
        primaryIndex: { partitionKey: "id" },
      });
      const api = new Api(stack, "Api", {
        defaults: { function: { runtime: "python3.11", bind: [orders] } },
        routes: {
          "GET /orders/{id}": "handlers/orders.read",
          "POST /orders": "handlers/orders.create",
        },
      });
      const site = new StaticSite(stack, "Site", {
        path: "web",
        buildCommand: "npm run build",
        buildOutput: "dist",
        environment: { VITE_API_URL: api.url },
      });
      stack.addOutputs({ ApiUrl: api.url, SiteUrl: site.url });
    });
  },
} satisfies SSTConfig;
